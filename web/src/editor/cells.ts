/** `# %%` cells: where they start, which one holds a line, and how the editor shows them. */

import { RangeSetBuilder, type EditorState, type Extension, type Text } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, type DecorationSet, type ViewUpdate } from "@codemirror/view";

const CELL = /^# ?%%/;

export interface Cell {
  /** First and last line, from 1. */
  readonly from: number;
  readonly to: number;
}

/** The cell that holds a line; the whole text when there are no marks. */
export function cellAt(doc: Text, line: number): Cell {
  let from = line;
  while (from > 1 && !CELL.test(doc.line(from).text)) from--;
  let to = line;
  while (to < doc.lines && !CELL.test(doc.line(to + 1).text)) to++;
  return { from, to };
}

const start = Decoration.line({ class: "cm-cell-start" });
const current = Decoration.line({ class: "cm-cell-current" });
const title = Decoration.mark({ class: "cm-cell-title" });

function hasCells(state: EditorState): boolean {
  for (const iter = state.doc.iterLines(); !iter.next().done;) if (CELL.test(iter.value)) return true;
  return false;
}

function decorate(view: EditorView, showCurrent: boolean): DecorationSet {
  const { doc, selection } = view.state;
  const builder = new RangeSetBuilder<Decoration>();
  if (!hasCells(view.state)) return builder.finish();
  const here = cellAt(doc, doc.lineAt(selection.main.head).number);
  for (const { from, to } of view.visibleRanges) {
    for (let n = doc.lineAt(from).number; n <= doc.lineAt(to).number; n++) {
      const line = doc.line(n);
      const opens = CELL.test(line.text);
      if (opens) builder.add(line.from, line.from, start);
      if (showCurrent && n >= here.from && n <= here.to) builder.add(line.from, line.from, current);
      if (opens) builder.add(line.from, line.to, title);
    }
  }
  return builder.finish();
}

/** The cell after the one that holds a line begins here; null after the last. */
export function nextCell(doc: Text, line: number): number | null {
  const { to } = cellAt(doc, line);
  return to < doc.lines ? to + 1 : null;
}

/** `showCurrent`: light up the cell at the cursor, which is what Run cell runs. */
export const cells = (showCurrent: boolean): Extension =>
  ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;
      constructor(view: EditorView) {
        this.decorations = decorate(view, showCurrent);
      }
      update(update: ViewUpdate): void {
        if (update.docChanged || update.viewportChanged || update.selectionSet)
          this.decorations = decorate(update.view, showCurrent);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
