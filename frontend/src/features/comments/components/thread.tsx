import { Button, Text, Title, VisuallyHidden } from "@mantine/core";
import { IconLock, IconMessages } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { Comment } from "@/shared/api/types";
import { PersonAvatar } from "@/shared/ui/person-avatar";
import { RichText } from "@/shared/ui/rich-text";
import { EmptyState, ErrorState, LoadingRows } from "@/shared/ui/states";
import { Time } from "@/shared/ui/time";
import { commentsQuery, threadOf } from "../api/comments";
import { useLiveComments } from "../api/live-comments";
import { Composer } from "./composer";
import classes from "./thread.module.css";

/** What is said about a ticket, oldest first, and the place to say something. */
export function Thread({ ticketId, requesterId }: { ticketId: string; requesterId: string }) {
  const comments = useInfiniteQuery(commentsQuery(ticketId));
  const { typing, arrived } = useLiveComments(ticketId);
  const thread = threadOf(comments.data);
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (arrived && isNear(end.current)) end.current?.scrollIntoView({ block: "nearest" });
  }, [arrived]);
  return (
    <>
      <section className={classes.thread} aria-label="Conversation">
        <Title order={2}>Conversation</Title>
        {comments.isPending && <LoadingRows rows={2} height={70} />}
        {comments.isError && <ErrorState error={comments.error} what="conversation" retry={() => void comments.refetch()} />}
        {comments.hasNextPage && (
          <Button variant="default" size="compact-sm" loading={comments.isFetchingNextPage} onClick={() => void comments.fetchNextPage()}>
            Show earlier messages
          </Button>
        )}
        {comments.data && thread.length === 0 && (
          <EmptyState title="Nothing said yet" icon={IconMessages}>
            Write here what the other side should know.
          </EmptyState>
        )}
        {thread.length > 0 && (
          <ol className={classes.messages}>
            {thread.map((comment) => (
              <Message key={comment.id} comment={comment} />
            ))}
          </ol>
        )}
        <Text size="sm" c="dimmed" className={classes.typing} aria-hidden={typing === null}>
          {typing && `${typing} is typing…`}
        </Text>
        <VisuallyHidden aria-live="polite">{arrived && `New message from ${arrived.author.name}`}</VisuallyHidden>
        <div ref={end} className={classes.end} />
      </section>
      <Composer ticketId={ticketId} requesterId={requesterId} onSent={() => end.current?.scrollIntoView({ block: "nearest" })} />
    </>
  );
}

function Message({ comment }: { comment: Comment }) {
  const internal = comment.visibility === "internal";
  return (
    <li className={classes.message} data-mine={comment.mine || undefined} data-internal={internal || undefined}>
      <PersonAvatar name={comment.author.name} />
      <article className={classes.bubble} aria-label={`${internal ? "Internal note" : "Message"} from ${comment.author.name}`}>
        <div className={classes.byline}>
          <strong>{comment.author.name}</strong>
          {internal && (
            <span className={classes.lock}>
              <IconLock size={13} aria-hidden /> Internal note
            </span>
          )}
          <span className={classes.time}>
            <Time at={comment.posted_at} />
          </span>
        </div>
        <RichText html={comment.html} />
      </article>
    </li>
  );
}

function isNear(end: HTMLElement | null): boolean {
  return end !== null && end.getBoundingClientRect().top < window.innerHeight + 400;
}
