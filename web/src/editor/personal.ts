/** What a person chose about their editor: keys and line wrapping. Follows the settings while it is open. */

import { Compartment, Prec, type Extension } from "@codemirror/state";
import { EditorView, ViewPlugin } from "@codemirror/view";

import { settings, type Keymap } from "../settings";

/** Each keymap is loaded when it is first chosen. */
async function keys(keymap: Keymap): Promise<Extension> {
  switch (keymap) {
    case "vim": {
      const { vim } = await import("@replit/codemirror-vim");
      return vim({ status: true });
    }
    case "emacs": {
      const { emacs } = await import("@replit/codemirror-emacs");
      return emacs();
    }
    case "standard":
      return [];
  }
}

const wrapping = (wrap: boolean): Extension => (wrap ? EditorView.lineWrapping : []);

/** `typing`: whether the editor is written in, so that the choice of keys matters. */
export function personal(typing: boolean): Extension {
  const keyCompartment = new Compartment();
  const wrapCompartment = new Compartment();
  const follow = ViewPlugin.fromClass(
    class {
      private readonly stop: () => void;
      private keymap: Keymap = "standard";
      private gone = false;
      constructor(private readonly view: EditorView) {
        this.stop = settings.subscribe(() => this.apply());
        void this.applyKeys();
      }
      private apply(): void {
        this.view.dispatch({ effects: wrapCompartment.reconfigure(wrapping(settings.get().wrap)) });
        void this.applyKeys();
      }
      private async applyKeys(): Promise<void> {
        const wanted = settings.get().keymap;
        if (!typing || wanted === this.keymap) return;
        this.keymap = wanted;
        const extension = await keys(wanted);
        if (!this.gone && this.keymap === wanted)
          this.view.dispatch({ effects: keyCompartment.reconfigure(extension) });
      }
      destroy(): void {
        this.gone = true;
        this.stop();
      }
    },
  );
  return [Prec.highest(keyCompartment.of([])), wrapCompartment.of(wrapping(settings.get().wrap)), follow];
}
