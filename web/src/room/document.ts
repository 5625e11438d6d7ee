/** The shared document by name: files, review comments, summary (docs/protocol.md). No rendering. */

import * as Y from "yjs";

export const MAX_FILES = 20;
export const FILE_NAME = /^[A-Za-z_][A-Za-z0-9_]*\.py$/;

export interface Comment {
  readonly id: string;
  readonly line: number;
  readonly text: Y.Text;
  readonly at: number;
}

export const filesOf = (doc: Y.Doc): Y.Map<Y.Text> => doc.getMap<Y.Text>("files");
export const summaryOf = (doc: Y.Doc): Y.Text => doc.getText("summary");
const commentsOf = (doc: Y.Doc): Y.Map<Y.Map<unknown>> => doc.getMap<Y.Map<unknown>>("comments");

/** Names in order, the entry file first. */
export function fileNames(doc: Y.Doc, entry: string | null): string[] {
  return [...filesOf(doc).keys()].sort(
    (a, b) => Number(b === entry) - Number(a === entry) || a.localeCompare(b),
  );
}

/** Why a file may not be called that, or null. */
export function nameProblem(doc: Y.Doc, name: string): string | null {
  if (!FILE_NAME.test(name)) return "Use letters, digits and _ and end with .py, for example draft.py.";
  if (filesOf(doc).has(name)) return `There is already a file ${name}.`;
  if (filesOf(doc).size >= MAX_FILES) return `At most ${MAX_FILES} files. Delete one first.`;
  return null;
}

export function addFile(doc: Y.Doc, name: string, text = ""): void {
  filesOf(doc).set(name, new Y.Text(text));
}

/** Yjs cannot move a type, so the text is copied under its new name. */
export function renameFile(doc: Y.Doc, from: string, to: string): void {
  const text = filesOf(doc).get(from);
  if (!text) return;
  doc.transact(() => {
    addFile(doc, to, text.toString());
    filesOf(doc).delete(from);
  });
}

export function deleteFile(doc: Y.Doc, name: string): void {
  filesOf(doc).delete(name);
}

/** Comments by line, then by age. Entries of another shape are left out. */
export function comments(doc: Y.Doc): Comment[] {
  const found: Comment[] = [];
  for (const [id, entry] of commentsOf(doc)) {
    if (!(entry instanceof Y.Map)) continue;
    const line = entry.get("line");
    const text = entry.get("text");
    const at = entry.get("at");
    if (typeof line === "number" && text instanceof Y.Text) {
      found.push({ id, line, text, at: typeof at === "number" ? at : 0 });
    }
  }
  return found.sort((a, b) => a.line - b.line || a.at - b.at);
}

/** Add an empty comment to a line; returns its id. */
export function addComment(doc: Y.Doc, line: number, at: number): string {
  const id = randomId();
  const entry = new Y.Map<unknown>();
  doc.transact(() => {
    entry.set("line", line);
    entry.set("text", new Y.Text());
    entry.set("at", at);
    commentsOf(doc).set(id, entry);
  });
  return id;
}

/** crypto.randomUUID exists only on secure origins, and a host may serve plain HTTP on its own network. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function deleteComment(doc: Y.Doc, id: string): void {
  commentsOf(doc).delete(id);
}

export function observeComments(doc: Y.Doc, listener: () => void): () => void {
  const map = commentsOf(doc);
  map.observeDeep(listener);
  return () => map.unobserveDeep(listener);
}

/**
 * Make `text` read `next` by replacing only what differs, so that other writers' cursors stay and a
 * reader sees the same keystrokes.
 */
export function replaceText(text: Y.Text, next: string): void {
  const current = text.toString();
  if (current === next) return;
  let start = 0;
  while (start < current.length && start < next.length && current[start] === next[start]) start++;
  let end = 0;
  const most = Math.min(current.length, next.length) - start;
  while (end < most && current[current.length - 1 - end] === next[next.length - 1 - end]) end++;
  text.doc?.transact(() => {
    const removed = current.length - start - end;
    if (removed > 0) text.delete(start, removed);
    const inserted = next.slice(start, next.length - end);
    if (inserted) text.insert(start, inserted);
  });
}
