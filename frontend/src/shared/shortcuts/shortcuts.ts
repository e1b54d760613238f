import { useEffect, useEffectEvent, useSyncExternalStore } from "react";

export type Shortcut = { keys: string; label: string; group: string };
type Registered = Shortcut & { run: () => void };

const SEQUENCE_TIMEOUT = 1000;
const STORAGE_KEY = "tts.shortcuts";
const TAKES_LETTERS = "input:not([type=radio], [type=checkbox], [type=button], [type=file]), textarea, select, [role=menu], [role=listbox]";
const registered = new Map<string, Registered[]>();
const listeners = new Set<() => void>();
let shown: Shortcut[] = [];
let enabled = readEnabled();
let prefix = "";
let prefixTimer: ReturnType<typeof setTimeout> | undefined;

function readEnabled(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) !== "off";
  } catch {
    return true;
  }
}

function changed(): void {
  shown = [...registered.values()].flatMap((stack) => stack.slice(-1));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function register(shortcut: Registered): () => void {
  const stack = [...(registered.get(shortcut.keys) ?? []), shortcut];
  registered.set(shortcut.keys, stack);
  changed();
  return () => {
    const rest = (registered.get(shortcut.keys) ?? []).filter((other) => other !== shortcut);
    if (rest.length > 0) registered.set(shortcut.keys, rest);
    else registered.delete(shortcut.keys);
    changed();
  };
}

/** Single letters must never fire while somebody types or answers a dialog. */
function isBusy(target: EventTarget | null): boolean {
  if (target instanceof HTMLElement && (target.isContentEditable || target.closest(TAKES_LETTERS))) return true;
  return document.querySelector("[role=dialog][aria-modal=true]") !== null;
}

/** For one listener on the document. */
export function handleShortcutKey(event: KeyboardEvent): void {
  if (!enabled || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target)) return;
  const keys = prefix ? `${prefix} ${event.key}` : event.key;
  clearTimeout(prefixTimer);
  prefix = "";
  const found = registered.get(keys)?.at(-1);
  if (found) {
    event.preventDefault();
    found.run();
  } else if ([...registered.keys()].some((known) => known.startsWith(`${event.key} `))) {
    prefix = event.key;
    prefixTimer = setTimeout(() => {
      prefix = "";
    }, SEQUENCE_TIMEOUT);
  }
}

/** Offers a key while the component is shown; the innermost of two for the same key wins. */
export function useShortcut(keys: string, label: string, group: string, run: () => void, active = true): void {
  const onRun = useEffectEvent(run);
  useEffect(() => {
    if (!active) return undefined;
    return register({ keys, label, group, run: () => onRun() });
  }, [keys, label, group, active]);
}

export function useShortcutList(): Shortcut[] {
  return useSyncExternalStore(subscribe, () => shown);
}

export function useShortcutsEnabled(): [boolean, (on: boolean) => void] {
  return [useSyncExternalStore(subscribe, () => enabled), setShortcutsEnabled];
}

function setShortcutsEnabled(on: boolean): void {
  enabled = on;
  try {
    localStorage.setItem(STORAGE_KEY, on ? "on" : "off");
  } catch {
    // Then the choice holds until the page is closed.
  }
  changed();
}
