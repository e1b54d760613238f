import type { Paths } from "./client";

/** The JSON body of the answer to a request, named by its path: no schema name of a service leaks into the screens. */
export type Answer<P extends keyof Paths, M extends keyof Paths[P], S extends number = 200> = Paths[P][M] extends {
  responses: Record<S, { content: { "application/json": infer Output } }>;
}
  ? Output
  : never;

/** The JSON body of a request. */
export type Body<P extends keyof Paths, M extends keyof Paths[P]> = Paths[P][M] extends {
  requestBody?: { content: { "application/json": infer Input } };
}
  ? Input
  : never;

export type Me = Answer<"/api/v1/auth/me/", "get">;
export type Session = Answer<"/api/v1/auth/login/", "post">;
export type Ticket = Answer<"/api/v1/tickets/{number}/", "get">;
export type TicketRow = Answer<"/api/v1/tickets/", "get">["results"][number];
export type TicketStatus = TicketRow["status"];
export type Priority = Body<"/api/v1/tickets/{number}/approve/", "post">["priority"];
export type Person = TicketRow["requester"];
export type Attachment = Ticket["attachments"][number];
export type FormField = Ticket["form"][number];
export type Comment = Answer<"/api/v1/comments/", "get">["results"][number];
export type TaskItem = Answer<"/api/v1/tasks/{item_id}/", "get">;
export type Tracker = Answer<"/api/v1/tasks/by-ticket/{number}/", "get">;
export type Notice = Answer<"/api/v1/notifications/", "get">["results"][number];
