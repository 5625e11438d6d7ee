/** What IPython says about an object, taken apart; and signatures, parameter by parameter. Pure. */

export interface Description {
  readonly signature: string;
  readonly documentation: string;
  /** Everything, for an object that has neither. */
  readonly rest: string;
}

const HEADER = /^(Signature|Call signature|Init signature|Docstring|Class docstring|Init docstring|Call docstring|Type|String form|File|Length|Namespace|Subclasses|Source):[ \t]*/;

/** IPython's `?` in plain text: `Header: text`, where the text may go on in the next lines. */
export function parseDescription(text: string): Description {
  const sections = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of text.split("\n")) {
    const header = HEADER.exec(line);
    if (header?.[1] && !sections.has(header[1])) {
      current = [line.slice(header[0].length)];
      sections.set(header[1], current);
    } else {
      current.push(line);
    }
  }
  const section = (name: string) => (sections.get(name) ?? []).join("\n").trim();
  const documentation = section("Docstring") || section("Class docstring") || section("Init docstring");
  const signature = section("Signature") || section("Init signature") || section("Call signature");
  return signature
    ? { signature: oneLine(signature), documentation, rest: text.trim() }
    : { ...fromDocumentation(documentation), rest: text.trim() };
}

/** Functions written in C have no signature; by custom their documentation begins with one. */
function fromDocumentation(documentation: string): { signature: string; documentation: string } {
  const [first = "", ...others] = documentation.split("\n");
  if (!/^\w[\w.]*\(.*\)/.test(first)) return { signature: "", documentation };
  return { signature: first.trim(), documentation: others.join("\n").trim() };
}

/** A signature that IPython broke over lines, in one. */
function oneLine(signature: string): string {
  return signature
    .replace(/\s*\n\s*/g, " ")
    .replace(/\(\s+/g, "(")
    .replace(/,?\s+\)/g, ")");
}

export interface Parameters {
  readonly before: string;
  /** With the commas that follow them: joined, they are what stands between the parentheses. */
  readonly parameters: readonly string[];
  readonly after: string;
}

export function splitParameters(signature: string): Parameters {
  const open = signature.indexOf("(");
  if (open < 0) return { before: signature, parameters: [], after: "" };
  const { pieces, end } = topLevel(signature, open + 1);
  return { before: signature.slice(0, open + 1), parameters: pieces, after: signature.slice(end) };
}

const OPENS = "([{";
const CLOSES = ")]}";

/** Pieces between commas that no bracket or string holds, from `start` to the bracket that closes. */
function topLevel(text: string, start: number): { pieces: string[]; end: number } {
  const pieces: string[] = [];
  let depth = 0;
  let quote = "";
  let from = start;
  let at = start;
  for (; at < text.length; at++) {
    const letter = text[at] ?? "";
    if (quote) {
      if (letter === "\\") at++;
      else if (letter === quote) quote = "";
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (OPENS.includes(letter)) depth++;
    else if (CLOSES.includes(letter) && depth-- === 0) break;
    else if (letter === "," && depth === 0) {
      pieces.push(text.slice(from, at + 1));
      from = at + 1;
    }
  }
  const end = Math.min(at, text.length);
  if (from < end) pieces.push(text.slice(from, end));
  return { pieces, end };
}

/** Which parameter the last of the written arguments is for; -1 for none. */
export function parameterAt(parameters: readonly string[], written: string): number {
  const pieces = topLevel(written, 0).pieces.filter((piece) => piece.trim() !== "");
  const last = written.trimEnd().endsWith(",") ? "" : (pieces.at(-1) ?? "");
  const keyword = /^\s*(\w+)\s*=(?!=)/.exec(last)?.[1];
  const names = parameters.map((text) => /^\s*(\/|\**\w*)/.exec(text)?.[1] ?? "");
  if (keyword) {
    const named = names.indexOf(keyword);
    return named >= 0 ? named : names.findIndex((name) => name.startsWith("**"));
  }
  const count = last === "" ? pieces.length : pieces.length - 1;
  const positional = names.flatMap((name, index) => (name === "/" ? [] : [{ name, index }]));
  for (const [place, { name, index }] of positional.entries()) {
    if (name === "*" || name.startsWith("**")) return -1;
    if (name.startsWith("*") || place === count) return index;
  }
  return -1;
}
