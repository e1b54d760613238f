import { ActionIcon, CopyButton, Group, Title, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Ticket } from "@/shared/api/types";
import { useMe } from "@/shared/session/me";
import { PriorityMark } from "@/shared/ui/priority-mark";
import { Target } from "@/shared/ui/target";
import { StatusBadge } from "@/shared/ui/ticket-status";
import { Time } from "@/shared/ui/time";
import classes from "./ticket.module.css";

const AT_WORK = new Set(["open", "in_progress", "on_hold", "pending"]);

/** What the ticket is called, where it stands, and what can be done with it. */
export function TicketTitle({ ticket, actions, level = 1 }: { ticket: Ticket; actions?: ReactNode; level?: 1 | 2 }) {
  const me = useMe();
  return (
    <header className={classes.header}>
      <div className={classes.headline}>
        <Group gap={6} wrap="nowrap">
          <span className={classes.number}>{ticket.number}</span>
          <CopyNumber number={ticket.number} />
        </Group>
        <Title order={level} className={classes.subject}>
          {ticket.subject}
        </Title>
        <Group gap="6px 12px" mt={6} className={classes.facts}>
          <StatusBadge status={ticket.status} toRequester={ticket.requester.id === me.id} />
          <PriorityMark priority={ticket.priority} />
          {AT_WORK.has(ticket.status) && <Target at={ticket.target_at} />}
          <span>
            {ticket.requester.name} filed it <Time at={ticket.submitted_at} />
          </span>
        </Group>
      </div>
      {actions}
    </header>
  );
}

function CopyNumber({ number }: { number: string }) {
  return (
    <CopyButton value={number}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? "Copied" : "Copy the number"}>
          <ActionIcon variant="subtle" color="gray" size="sm" aria-label={copied ? "Copied" : `Copy ${number}`} onClick={copy}>
            {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}
