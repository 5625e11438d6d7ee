/** A cursor as plain numbers: the server records them for the replay without reading the CRDT. */

import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";

interface State {
  readonly cursor?: { readonly anchor?: unknown; readonly head?: unknown } | null;
}

/** Our own awareness state, with `at: [anchor, head]` in UTF-16 code units where there is a cursor. */
export function placed(awareness: Awareness): Map<number, unknown> {
  const state = awareness.getLocalState() as State | null;
  const anchor = index(awareness.doc, state?.cursor?.anchor);
  const head = index(awareness.doc, state?.cursor?.head);
  const at = anchor === null || head === null ? {} : { at: [anchor, head] };
  return new Map([[awareness.clientID, state && { ...state, ...at }]]);
}

function index(doc: Y.Doc, relative: unknown): number | null {
  if (!relative) return null;
  try {
    const position = Y.createRelativePositionFromJSON(relative);
    return Y.createAbsolutePositionFromRelativePosition(position, doc)?.index ?? null;
  } catch {
    return null; // Yjs throws at a position that names nothing; the others still hear where we are
  }
}
