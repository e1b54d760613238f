import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import { useLiveTopic } from "@/shared/live/live";

const noticeKeys = { all: ["notices"] as const, list: ["notices", "list"] as const, unread: ["notices", "unread"] as const };

export const noticesQuery = infiniteQueryOptions({
  queryKey: noticeKeys.list,
  queryFn: ({ pageParam, signal }) => answer(api.GET("/api/v1/notifications/", { params: { query: { cursor: pageParam } }, signal })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next ?? undefined,
});

export const unreadQuery = queryOptions({
  queryKey: noticeKeys.unread,
  queryFn: ({ signal }) => answer(api.GET("/api/v1/notifications/unread-count/", { signal })),
});

export function useReadNotices() {
  const queryClient = useQueryClient();
  const reload = () => void queryClient.invalidateQueries({ queryKey: noticeKeys.all });
  const one = useMutation({
    mutationFn: (id: string) => answer(api.POST("/api/v1/notifications/{notice_id}/read/", { params: { path: { notice_id: id } } })),
    onSuccess: reload,
  });
  const all = useMutation({ mutationFn: () => answer(api.POST("/api/v1/notifications/read-all/")), onSuccess: reload });
  return { readOne: one.mutate, readAll: all.mutate };
}

/** The bell rings by itself, and follows what is read on other devices. */
export function useLiveNotices(): void {
  const queryClient = useQueryClient();
  const reload = () => void queryClient.invalidateQueries({ queryKey: noticeKeys.all });
  useLiveTopic("me", {
    onEvent: ({ kind, body }) => {
      if (kind === "notice.read") queryClient.setQueryData(noticeKeys.unread, { unread: Number(body.unread) });
      if (kind.startsWith("notice.")) reload();
    },
    onResync: reload,
  });
}
