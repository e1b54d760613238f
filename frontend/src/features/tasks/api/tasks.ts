import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import { isMissing } from "@/shared/api/problem";
import type { Priority, TaskItem, Tracker } from "@/shared/api/types";
import { useLiveTopic } from "@/shared/live/live";

export type TaskFilters = { scope: "mine" | "owned" | "all"; status: string; priority?: Priority; q?: string };
export type TaskMove =
  | { kind: "start" | "resume" }
  | { kind: "act"; transition: string; note: string }
  | { kind: "hold" | "escalate"; reason: string }
  | { kind: "transfer"; user_id: string; reason: string };

const taskKeys = {
  all: ["tasks"] as const,
  lists: ["tasks", "list"] as const,
  one: (id: string) => ["tasks", "one", id] as const,
  tracker: (number: string) => ["tasks", "tracker", number] as const,
};

export function tasksQuery(filters: TaskFilters) {
  return infiniteQueryOptions({
    queryKey: [...taskKeys.lists, filters],
    queryFn: ({ pageParam, signal }) =>
      answer(api.GET("/api/v1/tasks/", { params: { query: { ...filters, limit: 25, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function taskQuery(id: string) {
  return queryOptions({
    queryKey: taskKeys.one(id),
    queryFn: ({ signal }) => answer(api.GET("/api/v1/tasks/{item_id}/", { params: { path: { item_id: id } }, signal })),
  });
}

/** null: nobody works on the ticket yet. */
export function trackerQuery(number: string) {
  return queryOptions({ queryKey: taskKeys.tracker(number), queryFn: ({ signal }) => fetchTracker(number, signal) });
}

async function fetchTracker(number: string, signal: AbortSignal): Promise<Tracker | null> {
  try {
    return await answer(api.GET("/api/v1/tasks/by-ticket/{number}/", { params: { path: { number } }, signal }));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

export function candidatesQuery(id: string) {
  return queryOptions({
    queryKey: ["tasks", "candidates", id],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/tasks/{item_id}/candidates/", { params: { path: { item_id: id }, query: { limit: 100 } }, signal })),
  });
}

function sendMove(id: string, move: TaskMove) {
  const params = { path: { item_id: id } };
  switch (move.kind) {
    case "start":
      return api.POST("/api/v1/tasks/{item_id}/start/", { params });
    case "resume":
      return api.POST("/api/v1/tasks/{item_id}/resume/", { params });
    case "act":
      return api.POST("/api/v1/tasks/{item_id}/act/", { params, body: { transition: move.transition, note: move.note } });
    case "hold":
      return api.POST("/api/v1/tasks/{item_id}/hold/", { params, body: { reason: move.reason } });
    case "escalate":
      return api.POST("/api/v1/tasks/{item_id}/escalate/", { params, body: { reason: move.reason } });
    case "transfer":
      return api.POST("/api/v1/tasks/{item_id}/transfer/", { params, body: { user_id: move.user_id, reason: move.reason } });
  }
}

export function useMoveTask(item: TaskItem) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (move: TaskMove) => answer(sendMove(item.id, move)),
    onSuccess: (changed) => {
      queryClient.setQueryData(taskKeys.one(changed.id), changed);
      // A list that is not on the screen would show its old rows first.
      queryClient.removeQueries({ queryKey: taskKeys.lists, type: "inactive" });
      void queryClient.invalidateQueries({ queryKey: taskKeys.all });
    },
  });
}

export function useReloadTasks(): () => void {
  const queryClient = useQueryClient();
  return () => void queryClient.invalidateQueries({ queryKey: taskKeys.all });
}

/** Keeps the lists in step: one's own work, or everybody's for those who may see it. */
export function useLiveTasks(): void {
  const reload = useReloadTasks();
  useLiveTopic("tasks", { onEvent: reload, onResync: reload });
}

/** Keeps the work on one ticket in step. */
export function useLiveTracker(ticketId: string): void {
  const reload = useReloadTasks();
  useLiveTopic(`ticket:${ticketId}`, {
    onEvent: ({ kind }) => {
      if (kind !== "comment.posted") reload();
    },
    onResync: reload,
  });
}
