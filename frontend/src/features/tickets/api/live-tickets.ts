import { useQueryClient } from "@tanstack/react-query";
import { useLiveTopic } from "@/shared/live/live";
import type { Ticket } from "@/shared/api/types";
import { ticketKeys } from "./tickets";

const TICKET_FOLLOWS = 1500;

/** Keeps one ticket and its history in step with what others do to it. */
export function useLiveTicket(ticket: Ticket | undefined): void {
  const queryClient = useQueryClient();
  const reload = () => {
    if (!ticket) return;
    void queryClient.invalidateQueries({ queryKey: ticketKeys.one(ticket.number) });
    void queryClient.invalidateQueries({ queryKey: ticketKeys.history(ticket.number) });
  };
  useLiveTopic(ticket ? `ticket:${ticket.id}` : null, {
    onEvent: ({ kind }) => {
      if (kind !== "ticket.changed" && kind !== "task.changed") return;
      reload();
      // The ticket hears of its step from the same news as we do, and perhaps after us.
      if (kind === "task.changed") setTimeout(reload, TICKET_FOLLOWS);
    },
    onResync: reload,
  });
}

/** Keeps lists in step: whatever is told on this topic may have moved a row. */
export function useLiveTicketLists(topic: "me" | "approvals"): void {
  const queryClient = useQueryClient();
  const reload = () => void queryClient.invalidateQueries({ queryKey: ticketKeys.lists });
  useLiveTopic(topic, { onEvent: reload, onResync: reload });
}
