import { Alert, Button, Group, Menu, Stack, Text, Textarea } from "@mantine/core";
import { IconDots, IconPlayerPause, IconPlayerPlay, IconTrendingUp, IconUserShare } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { isOvertaken, messageOf } from "@/shared/api/problem";
import type { TaskItem } from "@/shared/api/types";
import { useMe } from "@/shared/session/me";
import { Target } from "@/shared/ui/target";
import { StateBadge } from "@/shared/ui/ticket-status";
import { toastDone, toastProblem } from "@/shared/ui/toast";
import { taskQuery, trackerQuery, useMoveTask, useReloadTasks } from "../api/tasks";
import { type TaskDialogKind, TaskDialog } from "./task-dialogs";
import classes from "./task-panel.module.css";
import { stateOf } from "./task-state";

const OPEN = new Set(["new", "in_progress", "held"]);

/** The work that is to be done on a ticket, for whoever may do something about it. */
export function TicketWork({ number }: { number: string }) {
  const tracker = useQuery(trackerQuery(number));
  const open = tracker.data?.items.filter((item) => OPEN.has(item.status)) ?? [];
  return open.map((item) => <TaskPanel key={item.id} id={item.id} />);
}

function TaskPanel({ id }: { id: string }) {
  const item = useQuery(taskQuery(id));
  if (!item.data || item.data.actions.length === 0) return null;
  return <LoadedPanel item={item.data} />;
}

function LoadedPanel({ item }: { item: TaskItem }) {
  const [dialog, setDialog] = useState<TaskDialogKind | null>(null);
  const may = (action: TaskItem["actions"][number]) => item.actions.includes(action);
  useStartOnOpening(item);
  const resume = useMoveTask(item);
  return (
    <section className={classes.panel} aria-label={`Your step: ${item.step.name}`}>
      <Group justify="space-between" align="flex-start" gap="xs">
        <div>
          <Text size="xs" c="dimmed">
            {item.workflow.name}
          </Text>
          <Text fw={650}>{item.step.name}</Text>
        </div>
        <Group gap="sm" wrap="nowrap">
          {item.status !== "held" && <Target at={item.target_at} subject="Step due" />}
          <StateBadge {...stateOf(item.status)} />
          <MoreMenu item={item} onChoose={setDialog} />
        </Group>
      </Group>
      {item.step.instruction && (
        <Text size="sm" className={classes.instruction}>
          {item.step.instruction}
        </Text>
      )}
      {may("resume") && (
        <Button
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          loading={resume.isPending}
          onClick={() => resume.mutate({ kind: "resume" }, { onError: toastProblem, onSuccess: () => toastDone("The work goes on") })}
        >
          Resume
        </Button>
      )}
      {may("act") && <Transitions item={item} />}
      {dialog && <TaskDialog kind={dialog} item={item} onClose={() => setDialog(null)} />}
    </section>
  );
}

/** Who has the step and opens it, has begun. */
function useStartOnOpening(item: TaskItem): void {
  const me = useMe();
  const { mutate } = useMoveTask(item);
  const begins = item.actions.includes("start") && item.assignee?.id === me.id;
  useEffect(() => {
    if (begins) mutate({ kind: "start" });
  }, [begins, mutate]);
}

function MoreMenu({ item, onChoose }: { item: TaskItem; onChoose: (kind: TaskDialogKind) => void }) {
  const entries = [
    { kind: "hold" as const, label: "Put on hold", icon: IconPlayerPause },
    { kind: "escalate" as const, label: "Escalate", icon: IconTrendingUp },
    { kind: "transfer" as const, label: "Transfer", icon: IconUserShare },
  ].filter(({ kind }) => item.actions.includes(kind));
  if (entries.length === 0) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="compact-sm" aria-label="More for this step">
          <IconDots size={16} aria-hidden />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {entries.map(({ kind, label, icon: Icon }) => (
          <Menu.Item key={kind} leftSection={<Icon size={16} aria-hidden />} onClick={() => onChoose(kind)}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Transitions({ item }: { item: TaskItem }) {
  const [note, setNote] = useState("");
  const [missing, setMissing] = useState(false);
  const move = useMoveTask(item);
  const reload = useReloadTasks();
  const required = item.transitions.every((transition) => transition.note_required);
  const act = (transition: TaskItem["transitions"][number]) => {
    const written = note.trim();
    setMissing(transition.note_required && written === "");
    if (transition.note_required && written === "") return;
    move.mutate(
      { kind: "act", transition: transition.key, note: written },
      { onSuccess: () => toastDone(`${item.ticket.number}: ${transition.name}`) },
    );
  };
  return (
    <Stack gap="sm">
      <Textarea
        label={required ? "Note" : "Note (optional)"}
        placeholder="What did you do or find?"
        autosize
        minRows={2}
        maxRows={8}
        maxLength={2000}
        value={note}
        error={missing ? "This step asks for a note." : undefined}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      {move.isError && (
        <Alert color={isOvertaken(move.error) ? "yellow" : "red"} role="alert" title={isOvertaken(move.error) ? "Somebody was faster" : undefined}>
          {messageOf(move.error)}{" "}
          {isOvertaken(move.error) && (
            <Button size="compact-xs" variant="default" onClick={reload}>
              Show the present state
            </Button>
          )}
        </Alert>
      )}
      <Group gap="xs">
        {item.transitions.map((transition, index) => (
          <Button key={transition.key} variant={index === 0 ? "filled" : "default"} loading={move.isPending} onClick={() => act(transition)}>
            {transition.name}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}
