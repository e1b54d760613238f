import { Button, Group, type ButtonProps } from "@mantine/core";
import { useState } from "react";
import type { Ticket } from "@/shared/api/types";
import { type MoveAction, MoveDialog } from "./move-dialogs";

const BUTTONS: { action: MoveAction; label: string; look: ButtonProps }[] = [
  { action: "approve", label: "Approve", look: {} },
  { action: "reject", label: "Reject", look: { variant: "default" } },
  { action: "close", label: "Close", look: {} },
  { action: "reopen", label: "Reopen", look: { variant: "default" } },
  { action: "withdraw", label: "Withdraw", look: { variant: "default" } },
];

/** What this person may do with the ticket now: the server says it. */
export function MoveButtons({ ticket, onDone }: { ticket: Ticket; onDone?: () => void }) {
  const [open, setOpen] = useState<MoveAction | null>(null);
  const offered = BUTTONS.filter(({ action }) => ticket.actions.includes(action));
  return (
    <>
      {offered.length > 0 && (
        <Group gap="xs" wrap="nowrap">
          {offered.map(({ action, label, look }) => (
            <Button key={action} size="sm" {...look} onClick={() => setOpen(action)}>
              {label}
            </Button>
          ))}
        </Group>
      )}
      {open && <MoveDialog action={open} ticket={ticket} onClose={() => setOpen(null)} onDone={onDone} />}
    </>
  );
}
