/** Markdown with mathematics between $ and $$. No raw HTML: what an author writes is text or markup, never script. */

import katex from "katex";
import "katex/dist/katex.min.css";
import MarkdownIt from "markdown-it";

type Parser = InstanceType<typeof MarkdownIt>;
type InlineRule = Parameters<Parser["inline"]["ruler"]["after"]>[2];
type BlockRule = Parameters<Parser["block"]["ruler"]["after"]>[2];

const inlineMath: InlineRule = (state, silent) => {
  const { src, pos } = state;
  if (src[pos] !== "$" || /[\s$]/.test(src[pos + 1] ?? " ")) return false;
  let end = src.indexOf("$", pos + 1);
  while (end > 0 && src[end - 1] === "\\") end = src.indexOf("$", end + 1);
  // A digit after the closing $ means prices, as in pandoc's rule.
  if (end < 0 || /\s/.test(src[end - 1] ?? " ") || /\d/.test(src[end + 1] ?? "")) return false;
  if (!silent) state.push("math_inline", "math", 0).content = src.slice(pos + 1, end);
  state.pos = end + 1;
  return true;
};

const blockMath: BlockRule = (state, start, last, silent) => {
  const lineAt = (n: number) =>
    state.src.slice((state.bMarks[n] ?? 0) + (state.tShift[n] ?? 0), state.eMarks[n]);
  if (!lineAt(start).startsWith("$$")) return false;
  if (silent) return true;
  let n = start;
  let content = lineAt(start).slice(2);
  while (!content.trimEnd().endsWith("$$") && n + 1 < last) {
    n += 1;
    content += `\n${lineAt(n)}`;
  }
  const token = state.push("math_block", "math", 0);
  token.block = true;
  token.content = content.trimEnd().replace(/\$\$$/, "");
  token.map = [start, n + 1];
  state.line = n + 1;
  return true;
};

function tex(source: string, displayMode: boolean): string {
  return katex.renderToString(source, { displayMode, throwOnError: false, strict: "ignore", trust: false });
}

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: true });
markdown.disable("image");
markdown.inline.ruler.after("escape", "math_inline", inlineMath);
markdown.block.ruler.after("blockquote", "math_block", blockMath, {
  alt: ["paragraph", "blockquote", "list"],
});
markdown.renderer.rules.math_inline = (tokens, at) => tex(tokens[at]?.content ?? "", false);
markdown.renderer.rules.math_block = (tokens, at) =>
  `<div class="math-block" tabindex="0">${tex(tokens[at]?.content ?? "", true)}</div>`;
// What may be wider than its column is scrolled by keyboard too.
markdown.renderer.rules.fence = (tokens, at) =>
  `<pre tabindex="0"><code>${markdown.utils.escapeHtml(tokens[at]?.content ?? "")}</code></pre>\n`;

/** HTML that holds nothing but what Markdown and KaTeX make. */
export function renderMarkdown(source: string): string {
  return markdown.render(source);
}
