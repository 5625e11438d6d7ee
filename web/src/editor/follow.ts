/** Where the candidate is: read from awareness, brought into view. */

import { EditorView } from "@codemirror/view";
import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";

export interface Whereabouts {
  readonly file: string | null;
  readonly head: Y.RelativePosition | null;
}

interface State {
  user?: { role?: unknown };
  file?: unknown;
  cursor?: { head?: unknown } | null;
}

export function candidateWhereabouts(awareness: Awareness): Whereabouts {
  for (const [id, raw] of awareness.getStates()) {
    const state = raw as State;
    if (id === awareness.clientID || state.user?.role !== "candidate") continue;
    return {
      file: typeof state.file === "string" ? state.file : null,
      head: state.cursor?.head ? Y.createRelativePositionFromJSON(state.cursor.head) : null,
    };
  }
  return { file: null, head: null };
}

/** Scroll to the candidate's cursor if it is in this text. */
export function scrollToCandidate(view: EditorView, text: Y.Text, awareness: Awareness): void {
  const { head } = candidateWhereabouts(awareness);
  if (!head || !text.doc) return;
  const position = Y.createAbsolutePositionFromRelativePosition(head, text.doc);
  if (position?.type !== text || position.index > view.state.doc.length) return;
  view.dispatch({ effects: EditorView.scrollIntoView(position.index, { y: "nearest", yMargin: 80 }) });
}
