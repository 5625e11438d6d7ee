/** Where the candidate is: read from awareness, brought into view. */

import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";

export interface Whereabouts {
  readonly file: string | null;
  readonly head: Y.RelativePosition | null;
  /** The line at the top of what they see, from 1. */
  readonly top: number | null;
}

interface State {
  user?: { role?: unknown };
  file?: unknown;
  top?: unknown;
  cursor?: { head?: unknown } | null;
}

export function candidateWhereabouts(awareness: Awareness): Whereabouts {
  for (const [id, raw] of awareness.getStates()) {
    const state = raw as State;
    if (id === awareness.clientID || state.user?.role !== "candidate") continue;
    return {
      file: typeof state.file === "string" ? state.file : null,
      head: state.cursor?.head ? Y.createRelativePositionFromJSON(state.cursor.head) : null,
      top: typeof state.top === "number" ? state.top : null,
    };
  }
  return { file: null, head: null, top: null };
}

/** Tells the others which line is at the top, so that who follows sees the same part of the file. */
export function reportScroll(awareness: Awareness): Extension {
  let due: ReturnType<typeof setTimeout> | null = null;
  const report = (view: EditorView) => {
    due = null;
    const block = view.lineBlockAtHeight(view.scrollDOM.scrollTop);
    awareness.setLocalStateField("top", view.state.doc.lineAt(block.from).number);
  };
  return EditorView.domEventHandlers({
    scroll: (_event, view) => {
      due ??= setTimeout(() => report(view), 100);
      return false;
    },
  });
}

/** What `scrollToCandidate` last went by: only what moved is followed. */
export interface Followed {
  top: number | null;
}

/** Show the part that the candidate has scrolled to; else their cursor, if it is in this text. */
export function scrollToCandidate(
  view: EditorView,
  text: Y.Text,
  awareness: Awareness,
  followed: Followed,
): void {
  const { head, top } = candidateWhereabouts(awareness);
  if (top !== null && top !== followed.top && top <= view.state.doc.lines) {
    followed.top = top;
    view.dispatch({ effects: EditorView.scrollIntoView(view.state.doc.line(top).from, { y: "start" }) });
    return;
  }
  if (!head || !text.doc) return;
  const position = Y.createAbsolutePositionFromRelativePosition(head, text.doc);
  if (position?.type !== text || position.index > view.state.doc.length) return;
  view.dispatch({ effects: EditorView.scrollIntoView(position.index, { y: "nearest", yMargin: 80 }) });
}
