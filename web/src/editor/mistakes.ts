/** Marks mistakes, also while the kernel is busy: of syntax from the editor's own tree, of names from a worker. */

import { syntaxTree } from "@codemirror/language";
import { linter, lintGutter, lintKeymap, type Diagnostic } from "@codemirror/lint";
import { Compartment, type EditorState, type Extension } from "@codemirror/state";
import { keymap, ViewPlugin, type EditorView } from "@codemirror/view";

import { settings } from "../settings";
import { marksOf, Names, type Port } from "./names";

const MOST = 20;
const DELAY_MS = 600;

/** One mark a line, for the first thing on it that the grammar has no place for. */
export function syntaxMistakes(state: EditorState): Diagnostic[] {
  const found: Diagnostic[] = [];
  let lastLine = 0;
  syntaxTree(state).iterate({
    enter: (node) => {
      if (!node.type.isError || found.length >= MOST) return;
      // What is missing is missing behind the last thing that is there, not at the end of the file.
      const missing = node.from === node.to;
      const at = missing ? Math.max(0, state.sliceDoc(0, node.from).trimEnd().length - 1) : node.from;
      const line = state.doc.lineAt(at);
      if (line.number === lastLine) return;
      lastLine = line.number;
      const to = Math.min(line.to, Math.max(node.to, at + 1));
      found.push({
        from: Math.min(at, to),
        to,
        severity: "error",
        message: missing ? "Something is missing here" : `Python has no place for ${state.sliceDoc(at, to)} here`,
      });
    },
  });
  return found;
}

const names = new Names(
  () => new Worker(new URL("./lintWorker.ts", import.meta.url), { type: "module" }) as Port,
);

const marks: Extension = [
  linter((view) => syntaxMistakes(view.state), { delay: DELAY_MS }),
  linter(async ({ state }) => marksOf(state.doc, await names.check(state.doc.toString())), { delay: DELAY_MS }),
  lintGutter({ hoverTime: 200 }),
  keymap.of(lintKeymap),
];

/** Follows the setting while the editor is open. */
export function mistakes(): Extension {
  const compartment = new Compartment();
  const wanted = () => (settings.get().lint ? marks : []);
  const follow = ViewPlugin.fromClass(
    class {
      private readonly stop: () => void;
      private on = settings.get().lint;
      constructor(view: EditorView) {
        this.stop = settings.subscribe(() => {
          if (settings.get().lint === this.on) return;
          this.on = settings.get().lint;
          view.dispatch({ effects: compartment.reconfigure(wanted()) });
        });
      }
      destroy(): void {
        this.stop();
      }
    },
  );
  return [compartment.of(wanted()), follow];
}
