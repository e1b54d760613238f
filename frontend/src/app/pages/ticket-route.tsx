import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { Thread } from "@/features/comments/components/thread";
import { taskQuery, useLiveTracker } from "@/features/tasks/api/tasks";
import { TicketProgress } from "@/features/tasks/components/ticket-progress";
import { TicketWork } from "@/features/tasks/components/task-panel";
import { TicketPage, type TicketSlots } from "@/features/tickets/pages/ticket-page";
import type { Ticket } from "@/shared/api/types";
import { useMe } from "@/shared/session/me";
import { ErrorState, LoadingRows } from "@/shared/ui/states";

const SLOTS: TicketSlots = {
  work: (ticket) => <Work ticket={ticket} />,
  thread: (ticket) => <Thread ticketId={ticket.id} requesterId={ticket.requester.id} />,
  progress: (ticket) => <TicketProgress number={ticket.number} />,
};

const SEES_WORK = ["task.act", "task.view_all", "task.transfer_any", "ticket.own"];

function Work({ ticket }: { ticket: Ticket }) {
  useLiveTracker(ticket.id);
  const { permissions } = useMe();
  if (!SEES_WORK.some((permission) => permissions.includes(permission))) return null;
  return <TicketWork number={ticket.number} />;
}

export default function TicketRoute() {
  const { number = "" } = useParams();
  return <TicketPage key={number} number={number} backTo="/tickets" slots={SLOTS} />;
}

/** The same page, reached by a task. */
export function TaskRoute() {
  const { itemId = "" } = useParams();
  const item = useQuery(taskQuery(itemId));
  if (item.isPending) return <LoadingRows rows={4} height={90} />;
  if (item.isError) return <ErrorState level={1} error={item.error} what="task" retry={() => void item.refetch()} />;
  return <TicketPage key={item.data.ticket.number} number={item.data.ticket.number} backTo="/tasks" slots={SLOTS} />;
}
