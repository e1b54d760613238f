import { type InfiniteData, infiniteQueryOptions, type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import { ProblemError } from "@/shared/api/problem";
import { worthRetrying } from "@/shared/api/query-client";
import type { Answer, Body, Comment } from "@/shared/api/types";

type Page = Answer<"/api/v1/comments/", "get">;
type Pages = InfiniteData<Page, string | undefined>;
export type NewComment = Body<"/api/v1/comments/", "post">;

const NOT_KNOWN_TRIES = 5;

/** A ticket that was filed a moment ago: word of it has not reached the conversations yet. */
function isNotKnownYet(error: Error): boolean {
  return error instanceof ProblemError && error.code === "ticket_not_known_yet";
}

/** The pages come newest first; threadOf turns them round. */
export function commentsQuery(ticketId: string) {
  return infiniteQueryOptions({
    queryKey: ["comments", ticketId],
    queryFn: ({ pageParam, signal }) => answer(api.GET("/api/v1/comments/", { params: { query: { ticket: ticketId, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    retry: (failures, error) => (isNotKnownYet(error) ? failures < NOT_KNOWN_TRIES : worthRetrying(failures, error)),
  });
}

export function threadOf(pages: { pages: Page[] } | undefined): Comment[] {
  const comments = pages?.pages.flatMap((page) => page.results) ?? [];
  return comments.toSorted((a, b) => a.posted_at.localeCompare(b.posted_at) || a.number - b.number);
}

/** Puts a comment that was told or sent into the thread, once. */
export function addComment(queryClient: QueryClient, comment: Comment): void {
  queryClient.setQueryData<Pages>(commentsQuery(comment.ticket_id).queryKey, (present) => {
    const [newest, ...older] = present?.pages ?? [];
    if (!present || !newest || present.pages.some((page) => page.results.some(({ id }) => id === comment.id))) return present;
    return { ...present, pages: [{ ...newest, results: [comment, ...newest.results] }, ...older] };
  });
}

export function usePostComment() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ comment, key }: { comment: NewComment; key: string }) =>
      answer(api.POST("/api/v1/comments/", { body: comment, headers: { "Idempotency-Key": key } })),
    onSuccess: (comment) => addComment(queryClient, comment),
  });
}
