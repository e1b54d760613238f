import { type QueryClient, queryOptions, useQueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect } from "react";
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

/** The person in front of the screen; RequireSession, which has waited for him, provides him to everything below. */
export const MeContext = createContext<Me | null>(null);

export function useMe(): Me {
  const me = use(MeContext);
  if (me === null) throw new Error("useMe is for what is shown below RequireSession");
  return me;
}

export function useCan(permission: string): boolean {
  return useMe().permissions.includes(permission);
}

/** Somebody else sits here now, or nobody: what the one before him saw is forgotten. */
export function changePerson(queryClient: QueryClient, me: Me | null): void {
  queryClient.setQueryData(meQuery.queryKey, me);
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== meQuery.queryKey[0] });
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
