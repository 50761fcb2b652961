import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark";
const KEY = "tierscape-theme";
const CHANGED = "tierscape:theme";
const wish = window.matchMedia("(prefers-color-scheme: dark)");

function chosen(): Theme | null {
  try {
    const kept = window.localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : null;
  } catch {
    return null;
  }
}

export function currentTheme(): Theme {
  const set = document.documentElement.dataset["theme"];
  if (set === "light" || set === "dark") return set;
  return wish.matches ? "dark" : "light";
}

export function setTheme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
  try {
    window.localStorage.setItem(KEY, theme);
  } catch {
    // a browser that keeps nothing still shows the theme until the page is left
  }
  window.dispatchEvent(new Event(CHANGED));
}

export function startTheme(): void {
  const kept = chosen();
  if (kept) document.documentElement.dataset["theme"] = kept;
}

function subscribe(listener: () => void): () => void {
  wish.addEventListener("change", listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    wish.removeEventListener("change", listener);
    window.removeEventListener(CHANGED, listener);
  };
}

/** Light or dark, for what is not styled by CSS: charts and maps. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, currentTheme);
}
