/** Marks on lines of a read-only file: which lines have comments, and a way to add one. */

import { RangeSet, StateEffect, StateField, type Extension } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  gutter,
  GutterMarker,
  keymap,
  lineNumbers,
  type DecorationSet,
} from "@codemirror/view";

export interface CommentMarks {
  /** How many comments each line has, by line number from 1. */
  readonly counts: ReadonlyMap<number, number>;
  /** The line to light up, or null. */
  readonly active: number | null;
}

export const setComments = StateEffect.define<CommentMarks>();

const marks = StateField.define<CommentMarks>({
  create: () => ({ counts: new Map(), active: null }),
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setComments)) return effect.value;
    return value;
  },
  provide: (field) =>
    EditorView.decorations.from(field, (value) => (view: EditorView): DecorationSet => {
      const { doc } = view.state;
      const lines = [...value.counts.keys(), ...(value.active === null ? [] : [value.active])];
      const inside = [...new Set(lines)]
        .filter((line) => line >= 1 && line <= doc.lines)
        .sort((a, b) => a - b);
      return RangeSet.of(
        inside.map((line) =>
          Decoration.line({
            class: line === value.active ? "cm-commented cm-comment-active" : "cm-commented",
          }).range(doc.line(line).from),
        ),
      );
    }),
});

class CountMarker extends GutterMarker {
  constructor(readonly count: number) {
    super();
  }
  override eq(other: CountMarker): boolean {
    return other.count === this.count;
  }
  override toDOM(): Node {
    const node = document.createElement("span");
    node.className = "cm-comment-count";
    node.textContent = String(this.count);
    node.title = this.count === 1 ? "1 comment" : `${this.count} comments`;
    return node;
  }
}

class AddMarker extends GutterMarker {
  override eq(): boolean {
    return true;
  }
  override toDOM(): Node {
    const node = document.createElement("span");
    node.className = "cm-comment-add";
    node.textContent = "+";
    node.title = "Comment on this line";
    return node;
  }
}
const add = new AddMarker();

const look = EditorView.theme({
  ".cm-comments": { width: "30px", cursor: "pointer" },
  ".cm-comments .cm-gutterElement": { display: "grid", placeItems: "center" },
  ".cm-comment-add": {
    opacity: "0",
    width: "18px",
    lineHeight: "18px",
    textAlign: "center",
    borderRadius: "4px",
    backgroundColor: "var(--accent)",
    color: "var(--on-accent)",
    fontFamily: "var(--sans)",
    fontWeight: "700",
  },
  ".cm-gutterElement:hover .cm-comment-add": { opacity: "1" },
  ".cm-comment-count": {
    minWidth: "18px",
    lineHeight: "18px",
    textAlign: "center",
    borderRadius: "9px 9px 9px 2px",
    backgroundColor: "var(--accent)",
    color: "var(--on-accent)",
    fontFamily: "var(--sans)",
    fontSize: "11px",
    fontWeight: "700",
  },
  ".cm-commented": { backgroundColor: "color-mix(in srgb, var(--accent) 8%, transparent)" },
  ".cm-comment-active": { backgroundColor: "color-mix(in srgb, var(--accent) 17%, transparent) !important" },
});

/** `onAdd` is asked for a comment on a line: by the gutter, or by Mod-Alt-m / c at the cursor. */
export function commenting(onAdd: ((line: number) => void) | null): Extension {
  const atCursor = (view: EditorView): boolean => {
    if (!onAdd) return false;
    onAdd(view.state.doc.lineAt(view.state.selection.main.head).number);
    return true;
  };
  return [
    marks,
    look,
    gutter({
      class: "cm-comments",
      lineMarker: (view, line) => {
        const count = view.state.field(marks).counts.get(view.state.doc.lineAt(line.from).number) ?? 0;
        if (count > 0) return new CountMarker(count);
        return onAdd ? add : null;
      },
      lineMarkerChange: (update) => update.transactions.some((t) => t.effects.some((e) => e.is(setComments))),
      domEventHandlers: {
        click: (view, line) => {
          onAdd?.(view.state.doc.lineAt(line.from).number);
          return onAdd !== null;
        },
      },
    }),
    keymap.of([
      { key: "c", run: atCursor },
      { key: "Enter", run: atCursor },
      { key: "Mod-Alt-m", run: atCursor },
    ]),
  ];
}

/** Line numbers that ask for a comment when clicked. */
export function clickableNumbers(onAdd: (line: number) => void): Extension {
  return lineNumbers({
    domEventHandlers: {
      click: (view, line) => {
        onAdd(view.state.doc.lineAt(line.from).number);
        return true;
      },
    },
  });
}
