import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import type { Body, Ticket } from "@/shared/api/types";
import { ticketKeys } from "./tickets";

export type NewTicket = Body<"/api/v1/tickets/", "post">;
export type TicketMove =
  | { action: "approve"; body: Body<"/api/v1/tickets/{number}/approve/", "post"> }
  | { action: "reject" | "withdraw" | "reopen"; body: { reason: string } }
  | { action: "close"; body: { comment: string } };

/** What the server answered is the ticket's present state; lists and history are asked for again. */
function ticketChanged(queryClient: QueryClient, ticket: Ticket): void {
  queryClient.setQueryData(ticketKeys.one(ticket.number), ticket);
  // A list that is not on the screen would show its old rows first.
  queryClient.removeQueries({ queryKey: ticketKeys.lists, type: "inactive" });
  void queryClient.invalidateQueries({ queryKey: ticketKeys.lists });
  void queryClient.invalidateQueries({ queryKey: ticketKeys.history(ticket.number) });
}

function sendMove(number: string, move: TicketMove) {
  const params = { path: { number } };
  switch (move.action) {
    case "approve":
      return api.POST("/api/v1/tickets/{number}/approve/", { params, body: move.body });
    case "reject":
      return api.POST("/api/v1/tickets/{number}/reject/", { params, body: move.body });
    case "withdraw":
      return api.POST("/api/v1/tickets/{number}/withdraw/", { params, body: move.body });
    case "reopen":
      return api.POST("/api/v1/tickets/{number}/reopen/", { params, body: move.body });
    case "close":
      return api.POST("/api/v1/tickets/{number}/close/", { params, body: move.body });
  }
}

export function useMoveTicket(number: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (move: TicketMove) => answer(sendMove(number, move)),
    onSuccess: (ticket) => ticketChanged(queryClient, ticket),
  });
}

export function useSubmitTicket() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ ticket, key }: { ticket: NewTicket; key: string }) =>
      answer(api.POST("/api/v1/tickets/", { body: ticket, headers: { "Idempotency-Key": key } })),
    onSuccess: (ticket) => ticketChanged(queryClient, ticket),
  });
}

/** `version`: the one that was on the screen; a newer one on the server refuses the change (412). */
export function useEditTicket(number: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ version, changes }: { version: number; changes: Body<"/api/v1/tickets/{number}/", "patch"> }) =>
      answer(api.PATCH("/api/v1/tickets/{number}/", { params: { path: { number }, header: { "If-Match": `"v${version}"` } }, body: changes })),
    onSuccess: (ticket) => ticketChanged(queryClient, ticket),
  });
}

export function useReloadTicket(number: string): () => void {
  const queryClient = useQueryClient();
  return () => {
    void queryClient.invalidateQueries({ queryKey: ticketKeys.one(number) });
    void queryClient.invalidateQueries({ queryKey: ticketKeys.history(number) });
    void queryClient.invalidateQueries({ queryKey: ticketKeys.lists });
  };
}

export function useAttachFiles(number: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (attachments: string[]) =>
      answer(api.POST("/api/v1/tickets/{number}/attachments/", { params: { path: { number } }, body: { attachments } })),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ticketKeys.one(number) });
      void queryClient.invalidateQueries({ queryKey: ticketKeys.history(number) });
    },
  });
}
