import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Comment } from "@/shared/api/types";
import { useLiveTopic } from "@/shared/live/live";
import { useMe } from "@/shared/session/me";
import { addComment, commentsQuery } from "./comments";

const TYPING_SHOWN = 6000;

/** New comments come in by themselves. Answers who is typing, and the last comment that came from somebody else. */
export function useLiveComments(ticketId: string): { typing: string | null; arrived: Comment | null } {
  const queryClient = useQueryClient();
  const me = useMe();
  const [typing, setTyping] = useState<{ name: string } | null>(null);
  const [arrived, setArrived] = useState<Comment | null>(null);

  useLiveTopic(`ticket:${ticketId}`, {
    onEvent: ({ kind, body }) => {
      if (kind !== "comment.posted") return;
      const comment = { ...(body as Comment), mine: (body as Comment).author.id === me.id };
      addComment(queryClient, comment);
      if (comment.mine) return;
      setTyping(null);
      setArrived(comment);
    },
    onResync: () => void queryClient.invalidateQueries({ queryKey: commentsQuery(ticketId).queryKey }),
    onTyping: (person) => {
      if (person.id !== me.id) setTyping({ name: person.name });
    },
  });

  useEffect(() => {
    if (typing === null) return undefined;
    const timer = setTimeout(() => setTyping(null), TYPING_SHOWN);
    return () => clearTimeout(timer);
  }, [typing]);

  return { typing: typing?.name ?? null, arrived };
}
