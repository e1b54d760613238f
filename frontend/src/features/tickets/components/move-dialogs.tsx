import { NativeSelect, Radio, Stack, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { fieldErrorsOf } from "@/shared/api/problem";
import type { Priority, Ticket } from "@/shared/api/types";
import { Dialog } from "@/shared/ui/dialog";
import { PRIORITIES, PriorityMark } from "@/shared/ui/priority-mark";
import { toastDone } from "@/shared/ui/toast";
import { type TicketMove, useMoveTicket, useReloadTicket } from "../api/change-ticket";
import { departmentsQuery } from "../api/tickets";
import classes from "./move-dialogs.module.css";

export type MoveAction = TicketMove["action"];
type Props = { ticket: Ticket; onClose: () => void; onDone?: () => void };

export function MoveDialog({ action, ...props }: Props & { action: MoveAction }) {
  return action === "approve" ? <ApproveDialog {...props} /> : <ReasonDialog {...props} {...REASONS[action]} action={action} />;
}

function useMove({ ticket, onClose, onDone }: Props, done: string) {
  const move = useMoveTicket(ticket.number);
  const reload = useReloadTicket(ticket.number);
  const send = (input: TicketMove) =>
    move.mutate(input, {
      onSuccess: () => {
        toastDone(`${ticket.number} ${done}`);
        onClose();
        onDone?.();
      },
    });
  const dialog = {
    pending: move.isPending,
    error: move.error,
    onClose,
    onReload: () => {
      reload();
      onClose();
    },
  };
  return { send, dialog, fieldErrors: fieldErrorsOf(move.error) };
}

function ApproveDialog(props: Props) {
  const [priority, setPriority] = useState<Priority | null>(null);
  const [department, setDepartment] = useState("");
  const departments = useQuery(departmentsQuery);
  const [tried, setTried] = useState(false);
  const { send, dialog, fieldErrors } = useMove(props, "is approved");
  const submit = () => {
    setTried(true);
    if (priority && department) send({ action: "approve", body: { priority, department } });
  };
  return (
    <Dialog title={`Approve ${props.ticket.number}`} confirm="Approve" onSubmit={submit} {...dialog}>
      <Radio.Group
        label="Priority"
        withAsterisk
        value={priority ?? ""}
        onChange={(value) => setPriority(value as Priority)}
        error={fieldErrors.priority ?? (tried && !priority ? "Choose a priority." : undefined)}
      >
        <div className={classes.priorities}>
          {PRIORITIES.map(({ value }) => (
            <Radio.Card key={value} value={value} className={classes.priority} radius="md">
              <PriorityMark priority={value} />
            </Radio.Card>
          ))}
        </div>
      </Radio.Group>
      <NativeSelect
        label="Department"
        withAsterisk
        data={[
          { value: "", label: departments.isPending ? "Loading…" : "Who is to work on it?" },
          ...(departments.data ?? []).map(({ name }) => ({ value: name, label: name })),
        ]}
        value={department}
        onChange={(event) => setDepartment(event.currentTarget.value)}
        error={
          departments.isError
            ? "The departments could not be loaded."
            : (fieldErrors.department ?? (tried && !department ? "Choose a department." : undefined))
        }
      />
    </Dialog>
  );
}

type ReasonAction = Exclude<MoveAction, "approve">;
type ReasonTexts = { title: string; confirm: string; label: string; done: string; danger?: boolean; optional?: boolean };

const REASONS: Record<ReasonAction, ReasonTexts> = {
  reject: { title: "Reject", confirm: "Reject", label: "Why? The requester will read this.", done: "is rejected", danger: true },
  withdraw: { title: "Withdraw", confirm: "Withdraw", label: "Why is it no longer needed?", done: "is withdrawn", danger: true },
  reopen: { title: "Reopen", confirm: "Reopen", label: "What is still wrong?", done: "is open again" },
  close: { title: "Close", confirm: "Close the ticket", label: "Comment", done: "is closed", optional: true },
};

function ReasonDialog({ action, title, confirm, label, done, danger, optional, ...props }: Props & ReasonTexts & { action: ReasonAction }) {
  const [text, setText] = useState("");
  const [tried, setTried] = useState(false);
  const { send, dialog, fieldErrors } = useMove(props, done);
  const submit = () => {
    setTried(true);
    const written = text.trim();
    if (action === "close") send({ action, body: { comment: written } });
    else if (written) send({ action, body: { reason: written } });
  };
  const missing = tried && !optional && text.trim() === "" ? "A reason is needed." : undefined;
  return (
    <Dialog title={`${title} ${props.ticket.number}`} confirm={confirm} danger={danger} onSubmit={submit} {...dialog}>
      <Stack gap="xs">
        <Textarea
          label={label}
          withAsterisk={!optional}
          data-autofocus
          autosize
          minRows={3}
          maxRows={10}
          maxLength={2000}
          error={fieldErrors.reason ?? fieldErrors.comment ?? missing}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </Stack>
    </Dialog>
  );
}
