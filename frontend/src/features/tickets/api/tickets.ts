import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import { isMissing } from "@/shared/api/problem";
import { worthRetrying } from "@/shared/api/query-client";
import type { Answer, TicketRow } from "@/shared/api/types";

export type TicketFilters = { scope: "mine" | "all" | "approval" | "involved"; status?: string; category?: string; priority?: string; q?: string };
export type HistoryEntry = Answer<"/api/v1/tickets/{number}/history/", "get">["results"][number];

/** Who was given a ticket just now may be faster than the news of it. */
const MISSING_TRIES = 2;

/** Prefixes for invalidation. */
export const ticketKeys = {
  lists: ["tickets", "list"] as const,
  one: (number: string) => ["tickets", "one", number] as const,
  history: (number: string) => ["tickets", "history", number] as const,
};

export function ticketsQuery(filters: TicketFilters) {
  return infiniteQueryOptions({
    queryKey: [...ticketKeys.lists, filters],
    queryFn: ({ pageParam, signal }) =>
      answer(api.GET("/api/v1/tickets/", { params: { query: { ...filters, limit: 25, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function rowsOf(data: { pages: { results: TicketRow[] }[] } | undefined): TicketRow[] {
  return data?.pages.flatMap((page) => page.results) ?? [];
}

export function ticketQuery(number: string) {
  return queryOptions({
    queryKey: ticketKeys.one(number),
    queryFn: ({ signal }) => answer(api.GET("/api/v1/tickets/{number}/", { params: { path: { number } }, signal })),
    retry: (failures, error) => (isMissing(error) ? failures < MISSING_TRIES : worthRetrying(failures, error)),
    retryDelay: 700,
  });
}

export function historyQuery(number: string) {
  return infiniteQueryOptions({
    queryKey: ticketKeys.history(number),
    queryFn: ({ pageParam, signal }) =>
      answer(api.GET("/api/v1/tickets/{number}/history/", { params: { path: { number }, query: { limit: 50, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export const departmentsQuery = queryOptions({
  queryKey: ["departments"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/tickets/departments/", { signal })),
  staleTime: 10 * 60_000,
});

export const categoriesQuery = queryOptions({
  queryKey: ["categories"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/categories/", { signal })),
  staleTime: 10 * 60_000,
});
