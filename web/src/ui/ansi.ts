/**
 * Colours of a traceback: SGR sequences of ECMA-48 as spans of text. Every other escape sequence is dropped,
 * and nothing is ever interpreted as markup.
 */

export interface Span {
  readonly text: string;
  /** Class names of styles/output.css. */
  readonly classes: string;
}

interface Style {
  bold: boolean;
  faint: boolean;
  italic: boolean;
  underline: boolean;
  color: number | null;
}

const PLAIN: Style = { bold: false, faint: false, italic: false, underline: false, color: null };

// CSI (parameters, intermediates, final byte), OSC up to BEL or ST, any other two-byte escape, other controls.
const ESCAPES =
  /\x1b\[([0-?]*)[ -/]*([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-_]?|[\x00-\x08\x0b-\x1f\x7f]/g;

export function parseAnsi(text: string): Span[] {
  const spans: Span[] = [];
  let style = PLAIN;
  let at = 0;
  const push = (piece: string) => {
    if (piece) spans.push({ text: piece, classes: classes(style) });
  };
  for (const match of text.matchAll(ESCAPES)) {
    push(text.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] === "m") style = apply(style, match[1] ?? "");
  }
  push(text.slice(at));
  return spans;
}

function apply(style: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map((part) => (part === "" ? 0 : Number(part)));
  let next = style;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? NaN;
    if (code === 38 || code === 48) {
      const indexed = codes[i + 1] === 5;
      const color = codes[i + 2] ?? 0;
      if (code === 38) next = { ...next, color: indexed && color < 16 ? color : null };
      i += indexed ? 2 : 4;
    } else {
      next = one(next, code);
    }
  }
  return next;
}

function one(style: Style, code: number): Style {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, faint: true };
  if (code === 3) return { ...style, italic: true };
  if (code === 4) return { ...style, underline: true };
  if (code === 22) return { ...style, bold: false, faint: false };
  if (code === 23) return { ...style, italic: false };
  if (code === 24) return { ...style, underline: false };
  if (code >= 30 && code <= 37) return { ...style, color: code - 30 };
  if (code === 39) return { ...style, color: null };
  if (code >= 90 && code <= 97) return { ...style, color: code - 90 + 8 };
  return style;
}

function classes(style: Style): string {
  return [
    style.bold && "ansi-bold",
    style.faint && "ansi-faint",
    style.italic && "ansi-italic",
    style.underline && "ansi-underline",
    style.color !== null && `ansi-${style.color % 8}`,
  ]
    .filter(Boolean)
    .join(" ");
}
