import type { TicketStatus } from "@/shared/api/types";
import classes from "./badge.module.css";

type Tone = "neutral" | "info" | "working" | "waiting" | "good" | "bad";

const STATUSES: Record<TicketStatus, { label: string; tone: Tone }> = {
  new: { label: "New", tone: "info" },
  open: { label: "Open", tone: "info" },
  in_progress: { label: "In progress", tone: "working" },
  on_hold: { label: "On hold", tone: "waiting" },
  pending: { label: "Pending", tone: "waiting" },
  resolved: { label: "Resolved", tone: "good" },
  rejected: { label: "Rejected", tone: "bad" },
  withdrawn: { label: "Withdrawn", tone: "neutral" },
  closed: { label: "Closed", tone: "neutral" },
};

/** A requester knows nothing of approval queues: to him a new ticket is pending. */
export function statusLabel(status: TicketStatus, toRequester = false): string {
  return toRequester && status === "new" ? "Pending approval" : STATUSES[status].label;
}

export function StatusBadge({ status, toRequester }: { status: TicketStatus; toRequester?: boolean }) {
  return (
    <span className={classes.badge} data-tone={STATUSES[status].tone} data-status={status}>
      {statusLabel(status, toRequester)}
    </span>
  );
}

/** A badge for anything else that has a state. */
export function StateBadge({ label, tone }: { label: string; tone: Tone }) {
  return (
    <span className={classes.badge} data-tone={tone}>
      {label}
    </span>
  );
}
