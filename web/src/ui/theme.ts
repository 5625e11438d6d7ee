/** Light or dark: the system's wish unless this browser's user chose. */

import { createStore } from "../store";

export type Theme = "system" | "light" | "dark";
const KEY = "theme";

function stored(): Theme {
  const value = localStorage.getItem(KEY);
  return value === "light" || value === "dark" ? value : "system";
}

const system = window.matchMedia("(prefers-color-scheme: dark)");

export const theme = createStore<Theme>(stored());
/** What is in effect; changes with the choice and with the system. */
export const dark = createStore<boolean>(false);

function apply(): void {
  const chosen = theme.get();
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  dark.set(chosen === "dark" || (chosen === "system" && system.matches));
}

export function toggleTheme(): void {
  const next: Theme = dark.get() ? "light" : "dark";
  localStorage.setItem(KEY, next);
  theme.set(next);
  apply();
}

system.addEventListener("change", apply);
apply();
