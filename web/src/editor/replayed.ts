/** An editor that shows a text as it was: set from outside, with other people's carets in it. */

import { StateEffect, StateField, type ChangeSpec, type Extension, type Range } from "@codemirror/state";
import { Decoration, EditorView, WidgetType, type DecorationSet } from "@codemirror/view";

import type { Caret } from "../replay/carets";
import { cells } from "./cells";
import { readOnly } from "./code";

const setCarets = StateEffect.define<readonly Caret[]>();

class CaretWidget extends WidgetType {
  constructor(
    readonly role: string,
    readonly name: string,
  ) {
    super();
  }
  override eq(other: WidgetType): boolean {
    return other instanceof CaretWidget && other.role === this.role && other.name === this.name;
  }
  override toDOM(): HTMLElement {
    const caret = document.createElement("span");
    caret.className = `cm-then-caret ${this.role}`;
    caret.dataset["name"] = this.name; // drawn by the style sheet, so that it is no part of the text
    return caret;
  }
}

const carets = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setCarets)) return decorate(effect.value, transaction.newDoc.length);
    }
    return value.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

function decorate(all: readonly Caret[], length: number): DecorationSet {
  const found: Range<Decoration>[] = [];
  for (const { role, name, anchor, head } of all) {
    const [from, to] = [Math.min(anchor, head, length), Math.min(Math.max(anchor, head), length)];
    if (from < to) found.push(Decoration.mark({ class: `cm-then-selection ${role}` }).range(from, to));
    const widget = new CaretWidget(role, name);
    found.push(Decoration.widget({ widget, side: head > anchor ? -1 : 1 }).range(Math.min(head, length)));
  }
  return Decoration.set(found, true);
}

const look = EditorView.theme({
  ".cm-then-caret": {
    position: "relative",
    display: "inline-block",
    width: "0",
    height: "1.2em",
    verticalAlign: "text-bottom",
    borderLeft: "2px solid var(--who)",
    marginLeft: "-1px",
    marginRight: "-1px",
  },
  ".cm-then-caret::after": {
    content: "attr(data-name)",
    position: "absolute",
    left: "-2px",
    bottom: "100%",
    padding: "0 5px",
    borderRadius: "4px 4px 4px 0",
    background: "var(--who)",
    color: "var(--surface)",
    font: "600 10.5px/1.5 var(--sans)",
    whiteSpace: "nowrap",
    pointerEvents: "none",
  },
  ".cm-line:first-child .cm-then-caret::after": { bottom: "auto", top: "100%", borderRadius: "0 4px 4px 4px" },
  ".cm-then-selection": { backgroundColor: "color-mix(in srgb, var(--who) 24%, transparent)" },
  ".candidate": { "--who": "var(--accent)" },
  ".interviewer": { "--who": "var(--info)" },
  ".watcher": { "--who": "var(--research)" },
});

export function replayed(label: string): Extension {
  return [readOnly(label), cells(false), carets, look];
}

/** Bring an editor to a text by replacing only what differs, so that it neither jumps nor loses its place. */
export function showThen(view: EditorView, text: string, people: readonly Caret[], follow: boolean): void {
  const change = difference(view.state.doc.toString(), text);
  const watched = people.find((one) => one.role === "candidate");
  view.dispatch({ ...(change ? { changes: change } : {}), effects: setCarets.of(people) });
  if (follow && watched) {
    const at = Math.min(watched.head, view.state.doc.length);
    view.dispatch({ effects: EditorView.scrollIntoView(at, { y: "nearest", yMargin: 80 }) });
  }
}

/** One change from `before` to `after`, or null when they are the same. */
export function difference(before: string, after: string): (ChangeSpec & { from: number; to: number; insert: string }) | null {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let end = 0;
  while (
    end < most - start &&
    before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)
  ) {
    end++;
  }
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}
