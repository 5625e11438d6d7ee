/** Markdown on the page. The renderer with its mathematics is loaded when first needed. */

import { lazy, Suspense } from "react";

const Rendered = lazy(async () => {
  const { renderMarkdown } = await import("./markdown");
  return {
    default: ({ source }: { source: string }) => (
      <div className="prose" dangerouslySetInnerHTML={{ __html: renderMarkdown(source) }} />
    ),
  };
});

export function Prose({ source }: { source: string }) {
  return (
    <Suspense fallback={<p className="muted small">Loading the text...</p>}>
      <Rendered source={source} />
    </Suspense>
  );
}
