/** What the live kernel knows of a name: on hovering, and of the function whose call the cursor is in. */

import { syntaxTree } from "@codemirror/language";
import { StateEffect, StateField, type EditorState, type Extension } from "@codemirror/state";
import {
  EditorView,
  hoverTooltip,
  keymap,
  showTooltip,
  ViewPlugin,
  type Tooltip,
  type ViewUpdate,
} from "@codemirror/view";

import { parseDescription, parameterAt, splitParameters, type Description } from "./description";

export type Inspect = (code: string, cursor: number) => Promise<string>;

/** A command frame may be 64 KiB; a name needs only what stands before it. */
const MAX_CODE = 4_000;
const HOVER_MS = 350;
const PAUSE_MS = 180;

/** `inspect` asks the kernel about the name that ends at the end of the code. */
export function inspection(inspect: Inspect): Extension {
  return [hovering(inspect), signatures(inspect)];
}

async function about(state: EditorState, from: number, to: number, inspect: Inspect): Promise<Description | null> {
  const name = state.sliceDoc(Math.max(from, to - MAX_CODE), to);
  const text = await inspect(name, name.length).catch(() => "");
  return text === "" ? null : parseDescription(text);
}

// -- hovering

function hovering(inspect: Inspect): Extension {
  return hoverTooltip(
    async (view, pos) => {
      const found = nameAt(view.state, pos);
      if (!found) return null;
      const description = await about(view.state, found.from, found.to, inspect);
      if (!description) return null;
      return {
        pos: found.from,
        end: found.to,
        above: true,
        create: () => ({ dom: describe(description) }),
      };
    },
    { hoverTime: HOVER_MS },
  );
}

/** The dotted name up to the word at a position: of `torch.nn.Linear`, pointing at nn, `torch.nn`. */
export function nameAt(state: EditorState, pos: number): { from: number; to: number } | null {
  const word = state.wordAt(pos);
  if (!word) return null;
  const inside = syntaxTree(state).resolveInner(pos, 1).name;
  if (inside === "String" || inside === "Comment") return null;
  const line = state.doc.lineAt(pos);
  const before = /[\w.]*$/.exec(line.text.slice(0, word.to - line.from))?.[0] ?? "";
  const name = before.replace(/^[\d.]+/, "");
  return name === "" ? null : { from: word.to - name.length, to: word.to };
}

function describe(description: Description): HTMLElement {
  const box = document.createElement("div");
  box.className = "cm-about";
  if (description.signature) box.append(part("code", "cm-about-signature", description.signature));
  if (description.documentation) box.append(part("div", "cm-about-text", description.documentation));
  if (!description.signature && !description.documentation)
    box.append(part("div", "cm-about-text", description.rest));
  return box;
}

function part(tag: string, className: string, text: string): HTMLElement {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

// -- the call around the cursor

interface Call {
  /** The name of the function, and where its arguments begin. */
  readonly from: number;
  readonly to: number;
  readonly open: number;
  /** What is written of the arguments, up to the cursor. */
  readonly written: string;
}

/** The innermost call of a plain dotted name whose parentheses hold the position. */
export function callAt(state: EditorState, pos: number): Call | null {
  for (let node = syntaxTree(state).resolveInner(pos, -1); node.parent; node = node.parent) {
    if (node.name !== "ArgList" || pos <= node.from) continue;
    const closed = state.sliceDoc(node.to - 1, node.to) === ")";
    if (closed && pos >= node.to) continue;
    const callee = node.prevSibling;
    if (!callee) return null;
    const name = state.sliceDoc(callee.from, callee.to);
    if (!/^[A-Za-z_][\w.]*$/.test(name)) return null;
    return {
      from: callee.from,
      to: callee.to,
      open: node.from,
      written: state.sliceDoc(node.from + 1, pos),
    };
  }
  return null;
}

interface Shown {
  readonly open: number;
  readonly description: Description;
}

const show = StateEffect.define<Shown | null>();

const shown = StateField.define<Shown | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(show)) return effect.value;
    if (!value) return null;
    const open = transaction.changes.mapPos(value.open);
    const call = callAt(transaction.state, transaction.state.selection.main.head);
    return call?.open === open ? { ...value, open } : null;
  },
  provide: (field) =>
    showTooltip.computeN([field, "selection"], (state) => {
      const value = state.field(field);
      const call = value && callAt(state, state.selection.main.head);
      return value && call ? [tooltip(value, call)] : [];
    }),
});

function tooltip({ open, description }: Shown, call: Call): Tooltip {
  return {
    pos: open,
    above: true,
    create: () => {
      const dom = document.createElement("div");
      dom.className = "cm-about cm-signature";
      dom.setAttribute("role", "status");
      dom.append(...marked(description.signature, call.written));
      return { dom };
    },
  };
}

/** The signature with the parameter that is being written in bold. */
function marked(signature: string, written: string): (string | HTMLElement)[] {
  const { before, parameters, after } = splitParameters(signature);
  const at = parameterAt(parameters, written);
  return [
    before,
    ...parameters.flatMap((text, index) => {
      const space = /^\s*/.exec(text)?.[0] ?? "";
      return index === at ? [space, part("strong", "cm-parameter", text.slice(space.length))] : [text];
    }),
    after,
  ];
}

function signatures(inspect: Inspect): Extension {
  const plugin = ViewPlugin.fromClass(
    class {
      private timer: ReturnType<typeof setTimeout> | null = null;
      constructor(private readonly view: EditorView) {}
      update(update: ViewUpdate): void {
        if (update.docChanged && update.transactions.some((one) => one.isUserEvent("input"))) this.later();
      }
      private later(): void {
        if (this.timer) clearTimeout(this.timer);
        this.timer = setTimeout(() => void this.ask(), PAUSE_MS);
      }
      async ask(): Promise<void> {
        const { state } = this.view;
        const call = callAt(state, state.selection.main.head);
        const known = state.field(shown, false);
        if (!call || known?.open === call.open) return;
        const description = await about(state, call.from, call.to, inspect);
        const now = callAt(this.view.state, this.view.state.selection.main.head);
        if (description?.signature && now?.open === call.open)
          this.view.dispatch({ effects: show.of({ open: call.open, description }) });
      }
      destroy(): void {
        if (this.timer) clearTimeout(this.timer);
      }
    },
  );
  return [
    shown,
    plugin,
    keymap.of([
      {
        key: "Mod-Shift-Space",
        run: (view) => {
          void view.plugin(plugin)?.ask();
          return true;
        },
      },
      {
        key: "Escape",
        run: (view) => {
          if (!view.state.field(shown, false)) return false;
          view.dispatch({ effects: show.of(null) });
          return true;
        },
      },
    ]),
  ];
}
