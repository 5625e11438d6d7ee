/** The Python editor, without a framework: what every editor of ours shares, and the shared one. */

import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, Prec, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  ViewPlugin,
  type Command,
} from "@codemirror/view";
import { yCollab, yUndoManagerKeymap } from "y-codemirror.next";
import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";

import { cells } from "./cells";
import { mistakes } from "./mistakes";
import { personal } from "./personal";
import { theme } from "./theme";

/** Highlighting, line numbers and search: also for reading. `numbers` replaces the usual line numbers. */
export function reading(label: string, numbers: Extension = lineNumbers()): Extension {
  return [
    numbers,
    python(),
    bracketMatching(),
    highlightSelectionMatches(),
    search({ top: true }),
    drawSelection(),
    keymap.of([...searchKeymap, ...foldKeymap]),
    EditorState.tabSize.of(4),
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    theme,
  ];
}

/** Read-only, yet focusable, so that it can be read and scrolled by keyboard and screen reader. */
export function readOnly(label: string, numbers?: Extension): Extension {
  return [
    reading(label, numbers),
    EditorView.lineWrapping,
    EditorState.readOnly.of(true),
    EditorView.contentAttributes.of({ "aria-readonly": "true" }),
    keymap.of(defaultKeymap),
  ];
}

/**
 * Tab indents; Escape, then Tab, leaves the editor, so the keyboard is never trapped.
 */
function tabWithWayOut(): Extension {
  let leaving = false;
  const indent =
    (how: Command): Command =>
    (view) => {
      if (leaving) {
        leaving = false;
        return false;
      }
      return how(view);
    };
  return [
    keymap.of([
      { key: "Tab", run: indent(indentMore), shift: indent(indentLess) },
      {
        key: "Escape",
        run: () => {
          leaving = true;
          return false;
        },
      },
    ]),
    EditorView.domEventHandlers({
      keydown: (event) => {
        if (event.key !== "Tab" && event.key !== "Escape" && event.key !== "Shift") leaving = false;
        return false;
      },
    }),
  ];
}

const writing: Extension = [
  history(),
  foldGutter(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  indentOnInput(),
  indentUnit.of("    "),
  closeBrackets(),
  tabWithWayOut(),
  keymap.of([...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap]),
  EditorState.allowMultipleSelections.of(true),
];

export interface SharedEditor {
  readonly text: Y.Text;
  readonly awareness: Awareness;
  readonly label: string;
  readonly writable: boolean;
  readonly extensions?: Extension;
}

/** An editor on a shared text. The caller destroys the view. */
export function openShared(parent: HTMLElement, options: SharedEditor): EditorView {
  const { text, awareness, label, writable } = options;
  const undoManager = new Y.UndoManager(text);
  return new EditorView({
    parent,
    state: EditorState.create({
      doc: text.toString(),
      extensions: [
        Prec.high(options.extensions ?? []),
        personal(writable),
        cells(writable),
        writable ? [keymap.of(yUndoManagerKeymap), writing, reading(label)] : watching(label),
        yCollab(text, awareness, { undoManager }),
      ],
    }),
  });
}

/** A pad of one's own: the room's editor with nothing shared and nothing recorded. */
export function scratch(label: string): Extension {
  return [personal(true), cells(true), mistakes(), writing, reading(label)];
}

/** For a watcher: not focusable as a text field, so no cursor of theirs appears in the candidate's code. */
function watching(label: string): Extension {
  return [
    reading(label),
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({ "aria-readonly": "true", tabindex: "-1" }),
    scrolledByKeyboard(label),
  ];
}

/** The arrow keys scroll it, though the text in it takes no focus. */
function scrolledByKeyboard(label: string): Extension {
  return ViewPlugin.define((view) => {
    view.scrollDOM.tabIndex = 0;
    view.scrollDOM.setAttribute("role", "group");
    view.scrollDOM.setAttribute("aria-label", label);
    return {};
  });
}
