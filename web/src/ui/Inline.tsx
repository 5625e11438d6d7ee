/** A sentence with `code` in it. */

import { Fragment } from "react";

export function Inline({ text }: { text: string }) {
  return text
    .split(/(`[^`]+`)/)
    .map((part, at) =>
      part.startsWith("`") && part.length > 2 ? (
        <code key={at}>{part.slice(1, -1)}</code>
      ) : (
        <Fragment key={at}>{part}</Fragment>
      ),
    );
}
