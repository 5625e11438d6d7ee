/**
 * What a token's bytes look like to people. Pure.
 *
 * A piece is the bytes of one token, a character for each (Latin-1). It may begin or end in the middle of a UTF-8
 * character, and whoever owns the sandbox chose it: what is invisible, or reorders what is not, is shown by its number.
 */

export type Part =
  | { readonly kind: "text" | "space" | "tab" | "newline"; readonly text: string }
  /** A byte that is no character by itself, in hex; or a character that cannot be seen, as U+200B. */
  | { readonly kind: "byte" | "code"; readonly text: string };

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Controls, formats, separators but the space, what is unassigned or private, and marks that need a letter before. */
const UNSEEN = /^[\p{C}\p{Z}\p{M}]$/u;

export function partsOf(piece: string): Part[] {
  const parts: Part[] = [];
  for (const [kind, text] of charactersOf(bytesOf(piece))) {
    const last = parts.at(-1);
    if (last?.kind === kind && (kind === "text" || kind === "space")) {
      parts[parts.length - 1] = { kind, text: last.text + text };
    } else parts.push({ kind, text });
  }
  return parts;
}

/** A piece in words, for screen readers. */
export function nameOf(piece: string): string {
  return partsOf(piece).map(said).join(" ");
}

/** Pieces as one text, with the replacement character for what is no UTF-8. */
export function textOf(pieces: readonly string[]): string {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytesOf(pieces.join("")));
  return [...text].map((letter) => (" \n\t".includes(letter) || !/^[\p{C}\u2028\u2029]$/u.test(letter) ? letter : "\ufffd")).join("");
}

function said({ kind, text }: Part): string {
  switch (kind) {
    case "space":
      return text.length === 1 ? "space" : `${text.length} spaces`;
    case "tab":
    case "newline":
      return kind;
    case "byte":
      return `byte ${text}`;
    default:
      return text;
  }
}

function bytesOf(piece: string): Uint8Array {
  return Uint8Array.from(piece, (letter) => letter.charCodeAt(0));
}

function* charactersOf(bytes: Uint8Array): Generator<[Part["kind"], string]> {
  for (let at = 0; at < bytes.length; ) {
    const letter = letterAt(bytes, at);
    if (letter === null) {
      yield ["byte", (bytes[at] ?? 0).toString(16).padStart(2, "0")];
      at += 1;
      continue;
    }
    yield [kindOf(letter), shown(letter)];
    at += new TextEncoder().encode(letter).length;
  }
}

/** The character that begins there; null where none does. */
function letterAt(bytes: Uint8Array, at: number): string | null {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length += 1) {
    try {
      return STRICT.decode(bytes.subarray(at, at + length));
    } catch {
      // Longer, or none.
    }
  }
  return null;
}

function kindOf(letter: string): Part["kind"] {
  if (letter === " ") return "space";
  if (letter === "\n") return "newline";
  if (letter === "\t") return "tab";
  return UNSEEN.test(letter) ? "code" : "text";
}

function shown(letter: string): string {
  if (kindOf(letter) !== "code") return letter;
  return `U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
