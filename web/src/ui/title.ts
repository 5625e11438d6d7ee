/** The title of the browser's tab: what is open, then the product. */

import { useEffect } from "react";

export function useTitle(...parts: readonly string[]): void {
  const title = [...parts, "Probe"].join(" · ");
  useEffect(() => {
    document.title = title;
  }, [title]);
}
