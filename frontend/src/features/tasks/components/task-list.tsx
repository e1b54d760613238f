import { useRef } from "react";
import { Link } from "react-router";
import type { TaskItem } from "@/shared/api/types";
import { useRowKeys } from "@/shared/shortcuts/use-row-keys";
import { PriorityMark } from "@/shared/ui/priority-mark";
import classes from "@/shared/ui/rows.module.css";
import { Target } from "@/shared/ui/target";
import { StateBadge } from "@/shared/ui/ticket-status";
import { Time } from "@/shared/ui/time";
import { stateOf } from "./task-state";

const OPEN = new Set(["new", "in_progress"]);

export function TaskList({ items, showAssignee }: { items: TaskItem[]; showAssignee: boolean }) {
  const list = useRef<HTMLUListElement>(null);
  useRowKeys(list);
  return (
    <ul ref={list} className={classes.list} aria-label="Tasks">
      {items.map((item) => (
        <li key={item.id}>
          <Link to={`/tasks/${item.id}`} className={classes.row} data-row>
            <span className={classes.main}>
              <span className={classes.title}>{item.ticket.subject}</span>
              <span className={classes.facts}>
                <span className={classes.number}>{item.ticket.number}</span>
                <span>{item.step.name}</span>
                <PriorityMark priority={item.ticket.priority} />
                {showAssignee && <span>{item.assignee?.name ?? "Nobody yet"}</span>}
              </span>
            </span>
            <span className={classes.side}>{OPEN.has(item.status) && <Target at={item.target_at} subject="Step due" />}</span>
            <span className={classes.state}>
              <StateBadge {...stateOf(item.status)} />
            </span>
            <span className={classes.time}>{item.assigned_at && <Time at={item.assigned_at} />}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
