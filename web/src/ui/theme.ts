/** Light or dark, ordinary or high contrast: the system's wish unless this browser's user chose. */

import { createStore } from "../store";

export type Theme = "system" | "light" | "dark";
export type Contrast = "system" | "normal" | "high";
export const THEMES: readonly Theme[] = ["system", "light", "dark"];
export const CONTRASTS: readonly Contrast[] = ["system", "normal", "high"];
const KEY = "theme";
const CONTRAST_KEY = "contrast";

function stored<T extends string>(key: string, options: readonly T[], otherwise: T): T {
  return options.find((one) => one === localStorage.getItem(key)) ?? otherwise;
}

const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
const prefersContrast = window.matchMedia("(prefers-contrast: more)");

export const theme = createStore<Theme>(stored(KEY, THEMES, "system"));
export const chosenContrast = createStore<Contrast>(stored(CONTRAST_KEY, CONTRASTS, "system"));
/** What is in effect; these change with the choice and with the system. */
export const dark = createStore<boolean>(false);
export const contrast = createStore<"normal" | "high">("normal");

function apply(): void {
  const root = document.documentElement;
  const chosen = theme.get();
  if (chosen === "system") delete root.dataset.theme;
  else root.dataset.theme = chosen;
  const wanted = chosenContrast.get();
  const high = wanted === "high" || (wanted === "system" && prefersContrast.matches);
  if (high) root.dataset.contrast = "high";
  else delete root.dataset.contrast;
  dark.set(chosen === "dark" || (chosen === "system" && prefersDark.matches));
  contrast.set(high ? "high" : "normal");
}

export function chooseTheme(next: Theme): void {
  localStorage.setItem(KEY, next);
  theme.set(next);
  apply();
}

export function chooseContrast(next: Contrast): void {
  localStorage.setItem(CONTRAST_KEY, next);
  chosenContrast.set(next);
  apply();
}

export function toggleTheme(): void {
  chooseTheme(dark.get() ? "light" : "dark");
}

prefersDark.addEventListener("change", apply);
prefersContrast.addEventListener("change", apply);
apply();
