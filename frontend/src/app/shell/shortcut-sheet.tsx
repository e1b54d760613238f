import { Modal, Text } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { useShortcut, useShortcutList } from "@/shared/shortcuts/shortcuts";
import { Keys } from "@/shared/ui/keys";
import classes from "./shortcut-sheet.module.css";

let isOpen = false;
const listeners = new Set<() => void>();

function setOpen(next: boolean): void {
  isOpen = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function openShortcutSheet(): void {
  setOpen(true);
}

/** Every key that works on this page; made from the same registry that handles them. */
export function ShortcutSheet() {
  const open = useSyncExternalStore(subscribe, () => isOpen);
  useShortcut("?", "Show the shortcuts", "Everywhere", () => setOpen(true));
  return (
    <Modal opened={open} onClose={() => setOpen(false)} title="Keyboard shortcuts">
      <SheetContent />
    </Modal>
  );
}

function SheetContent() {
  const shortcuts = useShortcutList();
  const groups = new Set(shortcuts.map(({ group }) => group));
  return (
    <div className={classes.groups}>
      {[...groups].map((group) => (
        <section key={group}>
          <h3 className={classes.heading}>{group}</h3>
          <dl className={classes.list}>
            {shortcuts
              .filter((shortcut) => shortcut.group === group)
              .map(({ keys, label }) => (
                <div key={keys}>
                  <dt>{label}</dt>
                  <dd>
                    <Keys keys={keys} />
                  </dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
      <Text size="xs" c="dimmed">
        Enter opens the chosen row. Keys do nothing while you type; you can switch them off in your menu.
      </Text>
    </div>
  );
}
