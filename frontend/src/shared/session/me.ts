import { queryOptions, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { answer, api } from "@/shared/api/client";
import { ProblemError } from "@/shared/api/problem";
import type { Me } from "@/shared/api/types";
import { onSessionEvent } from "./session-events";

/** null: nobody is logged in. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: fetchMe,
  staleTime: 5 * 60_000,
});

async function fetchMe(): Promise<Me | null> {
  try {
    return await answer(api.GET("/api/v1/auth/me/"));
  } catch (error) {
    if (error instanceof ProblemError && error.status === 401) return null;
    throw error;
  }
}

/** The person in front of the screen. Only below RequireSession, which has waited for it. */
export function useMe(): Me {
  const { data } = useSuspenseQuery(meQuery);
  if (data === null) throw new ProblemError(401, "not_authenticated", "You are not logged in");
  return data;
}

export function useCan(permission: string): boolean {
  const { data } = useQuery(meQuery);
  return data?.permissions.includes(permission) ?? false;
}

/** Keeps the person in the cache in step with what the session says. */
export function useSessionEvents(): void {
  const queryClient = useQueryClient();
  useEffect(
    () =>
      onSessionEvent((event) => {
        queryClient.setQueryData(meQuery.queryKey, event.kind === "renewed" ? event.session.user : null);
      }),
    [queryClient],
  );
}
