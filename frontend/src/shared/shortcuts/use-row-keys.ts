import type { RefObject } from "react";
import { useShortcut } from "./shortcuts";

/** j and k move the focus between the links marked data-row; Enter opens, as it does on every link. */
export function useRowKeys(list: RefObject<HTMLElement | null>): void {
  const move = (step: 1 | -1) => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    const present = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
    const next = present === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, present + step));
    rows[next]?.focus();
    rows[next]?.scrollIntoView({ block: "nearest" });
  };
  useShortcut("j", "Next row", "Lists", () => move(1));
  useShortcut("k", "Previous row", "Lists", () => move(-1));
}
