/** Where the candidate is: read from awareness, brought into view. */

import type { Extension } from "@codemirror/state";
import { EditorView, ViewPlugin } from "@codemirror/view";
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
  return ViewPlugin.define((view) => new ScrollReport(view, awareness), {
    eventHandlers: {
      scroll() {
        this.scrolled();
      },
    },
  });
}

class ScrollReport {
  private due: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly view: EditorView,
    private readonly awareness: Awareness,
  ) {}

  scrolled(): void {
    this.due ??= setTimeout(() => this.report(), 100);
  }

  private report(): void {
    this.due = null;
    const block = this.view.lineBlockAtHeight(this.view.scrollDOM.scrollTop);
    this.awareness.setLocalStateField("top", this.view.state.doc.lineAt(block.from).number);
  }

  /** The line was one of this file; it says nothing about the next. */
  destroy(): void {
    if (this.due) clearTimeout(this.due);
    this.awareness.setLocalStateField("top", null);
  }
}

/** Put the line at the top that is at the candidate's; nothing when the text has no such line. */
export function scrollToLine(view: EditorView, top: number): void {
  if (top < 1 || top > view.state.doc.lines) return;
  view.dispatch({ effects: EditorView.scrollIntoView(view.state.doc.line(top).from, { y: "start" }) });
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
    scrollToLine(view, top);
    return;
  }
  if (!head || !text.doc) return;
  const position = Y.createAbsolutePositionFromRelativePosition(head, text.doc);
  if (position?.type !== text || position.index > view.state.doc.length) return;
  view.dispatch({ effects: EditorView.scrollIntoView(position.index, { y: "nearest", yMargin: 80 }) });
}
