/** How this person likes to work, kept in this browser. Everything that arrives from storage is checked. */

import { createStore, useStore, type Store } from "./store";

export type Keymap = "standard" | "vim" | "emacs";
export const KEYMAPS: readonly Keymap[] = ["standard", "vim", "emacs"];
export const FONT_SIZES: readonly number[] = [11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32];

export interface Settings {
  readonly keymap: Keymap;
  readonly fontSize: number;
  readonly wrap: boolean;
  readonly lint: boolean;
  readonly screenReader: boolean;
}

export const DEFAULTS: Settings = {
  keymap: "standard",
  fontSize: 14,
  wrap: false,
  lint: true,
  screenReader: false,
};
const KEY = "settings";

/** Settings out of a stored text; what is missing or odd is as by default. */
export function parseSettings(stored: string | null): Settings {
  let found: Partial<Record<keyof Settings, unknown>> = {};
  try {
    const value: unknown = JSON.parse(stored ?? "{}");
    if (typeof value === "object" && value !== null) found = value;
  } catch {
    // as by default
  }
  const flag = (name: "wrap" | "lint" | "screenReader") =>
    typeof found[name] === "boolean" ? found[name] : DEFAULTS[name];
  return {
    keymap: KEYMAPS.find((one) => one === found.keymap) ?? DEFAULTS.keymap,
    fontSize: FONT_SIZES.find((one) => one === found.fontSize) ?? DEFAULTS.fontSize,
    wrap: flag("wrap"),
    lint: flag("lint"),
    screenReader: flag("screenReader"),
  };
}

/** The next larger or smaller size of letters; the same at either end. */
export function stepFont(size: number, step: 1 | -1): number {
  return FONT_SIZES[FONT_SIZES.indexOf(size) + step] ?? size;
}

const storage = typeof localStorage === "undefined" ? null : localStorage;

export const settings: Store<Settings> = createStore(parseSettings(storage?.getItem(KEY) ?? null));

export function change(changes: Partial<Settings>): void {
  const next = { ...settings.get(), ...changes };
  storage?.setItem(KEY, JSON.stringify(next));
  settings.set(next);
}

export function useSettings(): Settings {
  return useStore(settings);
}

/** The size of code is a token of the style sheet. */
export function applyToPage(root: HTMLElement): void {
  const apply = () => root.style.setProperty("--code-size", `${settings.get().fontSize}px`);
  settings.subscribe(apply);
  apply();
}
