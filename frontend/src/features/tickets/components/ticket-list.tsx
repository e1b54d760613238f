import { Button } from "@mantine/core";
import { type ReactNode, useRef } from "react";
import { Link } from "react-router";
import type { TicketRow } from "@/shared/api/types";
import { useRowKeys } from "@/shared/shortcuts/use-row-keys";
import { PriorityMark } from "@/shared/ui/priority-mark";
import rowClasses from "@/shared/ui/rows.module.css";
import { Target } from "@/shared/ui/target";
import { StatusBadge } from "@/shared/ui/ticket-status";
import { Time } from "@/shared/ui/time";

type Props = {
  rows: TicketRow[];
  label: string;
  hrefOf: (row: TicketRow) => string;
  selected?: string | null;
  compact?: boolean;
  /** Rows of several requesters name them. */
  ofOthers?: boolean;
  more?: { load: () => void; loading: boolean } | null;
};

/** Rows of tickets; each row is one link. */
export function TicketList({ rows, label, hrefOf, selected, compact, ofOthers = false, more }: Props) {
  const list = useRef<HTMLUListElement>(null);
  useRowKeys(list);
  return (
    <>
      <ul ref={list} className={rowClasses.list} aria-label={label}>
        {rows.map((row) => (
          <li key={row.id}>
            <Link
              to={hrefOf(row)}
              className={rowClasses.row}
              data-row
              data-compact={compact || undefined}
              aria-current={row.number === selected || undefined}
            >
              {compact ? <CompactRow row={row} /> : <FullRow row={row} ofOthers={ofOthers} />}
            </Link>
          </li>
        ))}
      </ul>
      {more && (
        <Button variant="default" fullWidth mt="sm" loading={more.loading} onClick={more.load}>
          Load more
        </Button>
      )}
    </>
  );
}

function FullRow({ row, ofOthers }: { row: TicketRow; ofOthers: boolean }) {
  const working = row.target_at !== null && ["open", "in_progress", "on_hold", "pending"].includes(row.status);
  return (
    <>
      <span className={rowClasses.main}>
        <span className={rowClasses.title}>{row.subject}</span>
        <RowFacts>
          <span className={rowClasses.number}>{row.number}</span>
          {ofOthers && <span>{row.requester.name}</span>}
          <span>{row.category.name}</span>
          {row.step && <span>{row.step}</span>}
          <PriorityMark priority={row.priority} />
        </RowFacts>
      </span>
      <span className={rowClasses.side}>{working && <Target at={row.target_at} />}</span>
      <span className={rowClasses.state}>
        <StatusBadge status={row.status} toRequester={!ofOthers} />
      </span>
      <span className={rowClasses.time}>
        <Time at={row.updated_at} />
      </span>
    </>
  );
}

function CompactRow({ row }: { row: TicketRow }) {
  return (
    <span className={rowClasses.main}>
      <span className={rowClasses.title}>{row.subject}</span>
      <RowFacts>
        <span>{row.requester.name}</span>
        <span>{row.category.name}</span>
        <Time at={row.submitted_at} />
      </RowFacts>
    </span>
  );
}

function RowFacts({ children }: { children: ReactNode }) {
  return <span className={rowClasses.facts}>{children}</span>;
}
