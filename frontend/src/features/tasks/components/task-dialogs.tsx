import { NativeSelect, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { fieldErrorsOf } from "@/shared/api/problem";
import type { TaskItem } from "@/shared/api/types";
import { Dialog } from "@/shared/ui/dialog";
import { toastDone } from "@/shared/ui/toast";
import { candidatesQuery, type TaskMove, useMoveTask, useReloadTasks } from "../api/tasks";

export type TaskDialogKind = "hold" | "escalate" | "transfer";

const TEXTS: Record<TaskDialogKind, { title: string; confirm: string; reason: string; done: string }> = {
  hold: { title: "Put on hold", confirm: "Put on hold", reason: "What are you waiting for?", done: "is on hold" },
  escalate: { title: "Escalate", confirm: "Escalate", reason: "Why does somebody else have to take over?", done: "is escalated" },
  transfer: { title: "Transfer", confirm: "Transfer", reason: "Why?", done: "is transferred" },
};

export function TaskDialog({ kind, item, onClose }: { kind: TaskDialogKind; item: TaskItem; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [person, setPerson] = useState("");
  const [tried, setTried] = useState(false);
  const move = useMoveTask(item);
  const reload = useReloadTasks();
  const texts = TEXTS[kind];
  const errors = fieldErrorsOf(move.error);
  const submit = () => {
    setTried(true);
    const written = reason.trim();
    if (written === "" || (kind === "transfer" && person === "")) return;
    const input: TaskMove = kind === "transfer" ? { kind, user_id: person, reason: written } : { kind, reason: written };
    move.mutate(input, {
      onSuccess: () => {
        toastDone(`${item.ticket.number} ${texts.done}`);
        onClose();
      },
    });
  };
  return (
    <Dialog
      title={`${texts.title}: ${item.step.name}`}
      confirm={texts.confirm}
      pending={move.isPending}
      error={move.error}
      onClose={onClose}
      onSubmit={submit}
      onReload={() => {
        reload();
        onClose();
      }}
    >
      {kind === "transfer" && (
        <CandidateSelect
          item={item}
          value={person}
          onChange={setPerson}
          error={errors.user_id ?? (tried && !person ? "Choose somebody." : undefined)}
        />
      )}
      <Textarea
        label={texts.reason}
        withAsterisk
        data-autofocus
        autosize
        minRows={3}
        maxRows={10}
        maxLength={2000}
        value={reason}
        error={errors.reason ?? (tried && reason.trim() === "" ? "A reason is needed." : undefined)}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Dialog>
  );
}

type CandidateProps = { item: TaskItem; value: string; onChange: (id: string) => void; error: string | undefined };

function CandidateSelect({ item, value, onChange, error }: CandidateProps) {
  const candidates = useQuery(candidatesQuery(item.id));
  const others = (candidates.data?.results ?? []).filter(({ id }) => id !== item.assignee?.id);
  const hint = candidates.isPending ? "Loading…" : others.length === 0 ? "Nobody else can take it" : "Choose…";
  return (
    <NativeSelect
      label="To"
      withAsterisk
      disabled={others.length === 0}
      data={[{ value: "", label: hint }, ...others.map(({ id, name }) => ({ value: id, label: name }))]}
      value={value}
      error={candidates.isError ? "The list could not be loaded." : error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
