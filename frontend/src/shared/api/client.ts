import createClient from "openapi-fetch";
import { authorizedFetch } from "@/shared/session/authorized-fetch";
import type { paths as AuthPaths } from "./auth.gen";
import type { paths as MessagingPaths } from "./messaging.gen";
import type { paths as NotificationPaths } from "./notification-service.gen";
import { problemOf } from "./problem";
import type { paths as TicketPaths } from "./ticket-service.gen";
import type { paths as WorkflowPaths } from "./workflow-api.gen";

export type Paths = AuthPaths & TicketPaths & WorkflowPaths & MessagingPaths & NotificationPaths;

/** The five services behind one origin. */
export const api = createClient<Paths>({ baseUrl: window.location.origin, fetch: authorizedFetch });

/** The body of a successful answer; anything else is thrown as a ProblemError. */
export async function answer<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<NonNullable<T>> {
  const { data, error, response } = await call;
  if (!response.ok) throw problemOf(response.status, error);
  return data as NonNullable<T>;
}
