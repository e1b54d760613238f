import { Button, Group, SegmentedControl, Text, Textarea } from "@mantine/core";
import { IconLock, IconSend } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { messageOf } from "@/shared/api/problem";
import { useTyping } from "@/shared/live/live";
import { newId } from "@/shared/new-id";
import { useMe } from "@/shared/session/me";
import { useShortcut } from "@/shared/shortcuts/shortcuts";
import { usePostComment } from "../api/comments";
import classes from "./thread.module.css";

const TYPING_EVERY = 3000;
const LONGEST = 20_000;
const mac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Where one writes: to everybody, or for the people who work on it. */
export function Composer({ ticketId, requesterId, onSent }: { ticketId: string; requesterId: string; onSent: () => void }) {
  const me = useMe();
  const [draft, setDraft] = useDraft(ticketId, me.id);
  const [internal, setInternal] = useState(false);
  const input = useRef<HTMLTextAreaElement>(null);
  // On one's own ticket one is a requester, whatever else one is.
  const mayNote = me.permissions.includes("comment.internal") && me.id !== requesterId;
  const post = usePostComment();
  const tellTyping = useThrottledTyping(ticketId);
  const write = (asNote: boolean) => {
    setInternal(asNote && mayNote);
    input.current?.focus();
  };
  useShortcut("r", "Reply", "Ticket", () => write(false));
  useShortcut("e", "Internal note", "Ticket", () => write(true), mayNote);

  const send = () => {
    const body = draft.body.trim();
    if (body === "" || post.isPending) return;
    post.mutate(
      { comment: { ticket_id: ticketId, body, visibility: internal ? "internal" : "public" }, key: draft.key },
      {
        onSuccess: () => {
          setDraft({ body: "", key: newId() });
          onSent();
        },
      },
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") input.current?.blur();
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    send();
  };
  return (
    <div className={classes.composer} data-internal={internal || undefined} data-draft={draft.body !== "" || undefined}>
      <Textarea
        ref={input}
        variant="unstyled"
        aria-label={internal ? "Internal note" : "Reply"}
        placeholder={internal ? "A note that the requester will not see…" : "Write a reply…"}
        autosize
        minRows={1}
        maxRows={10}
        maxLength={LONGEST}
        value={draft.body}
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setDraft({ ...draft, body: event.currentTarget.value });
          tellTyping(internal ? "internal" : "public");
        }}
      />
      {post.isError && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {messageOf(post.error)}
        </Text>
      )}
      <Group justify="space-between" wrap="nowrap" className={classes.tools}>
        {mayNote ? <ModeSwitch internal={internal} onChange={setInternal} /> : <span />}
        <Group gap="sm" wrap="nowrap">
          <Text size="xs" c="dimmed" className={classes.hint}>
            {mac ? "⌘" : "Ctrl"} + Enter
          </Text>
          <Button
            size="sm"
            leftSection={<IconSend size={15} aria-hidden />}
            loading={post.isPending}
            disabled={draft.body.trim() === ""}
            onClick={send}
          >
            {internal ? "Add note" : "Send"}
          </Button>
        </Group>
      </Group>
    </div>
  );
}

function ModeSwitch({ internal, onChange }: { internal: boolean; onChange: (internal: boolean) => void }) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="Who will read it"
      value={internal ? "internal" : "public"}
      onChange={(value) => onChange(value === "internal")}
      data={[
        { value: "public", label: "Reply" },
        {
          value: "internal",
          label: (
            <span className={classes.lock}>
              <IconLock size={13} aria-hidden /> Internal note
            </span>
          ),
        },
      ]}
    />
  );
}

type Draft = { body: string; key: string };

/** The unsent text of a ticket, kept until the tab is closed; its key makes sending twice harmless. */
function useDraft(ticketId: string, personId: string): [Draft, (draft: Draft) => void] {
  const storageKey = `tts.reply.${personId}.${ticketId}`;
  const [draft, setDraft] = useState<Draft>(() => ({ body: stored(storageKey), key: newId() }));
  useEffect(() => {
    try {
      if (draft.body) sessionStorage.setItem(storageKey, draft.body);
      else sessionStorage.removeItem(storageKey);
    } catch {
      // A forbidden storage only costs the draft after a reload.
    }
  }, [storageKey, draft.body]);
  return [draft, setDraft];
}

function stored(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

function useThrottledTyping(ticketId: string): (visibility: "public" | "internal") => void {
  const tell = useTyping(`ticket:${ticketId}`);
  const last = useRef(0);
  return (visibility) => {
    if (Date.now() - last.current < TYPING_EVERY) return;
    last.current = Date.now();
    tell(visibility);
  };
}
