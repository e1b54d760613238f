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
  more?: { load: () => void; loading: boolean } | null;
};

/** Rows of tickets; each row is one link. */
export function TicketList({ rows, label, hrefOf, selected, compact, more }: Props) {
  const list = useRef<HTMLUListElement>(null);
  useRowKeys(list);
  return (
    <>
      <ul ref={list} className={rowClasses.list} aria-label={label}>
        {rows.map((row) => (
          <li key={row.id}>
            <Link to={hrefOf(row)} className={rowClasses.row} data-row data-compact={compact || undefined} aria-current={row.number === selected || undefined}>
              {compact ? <CompactRow row={row} /> : <FullRow row={row} />}
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

function FullRow({ row }: { row: TicketRow }) {
  const working = row.target_at !== null && ["open", "in_progress", "on_hold", "pending"].includes(row.status);
  return (
    <>
      <span className={rowClasses.main}>
        <span className={rowClasses.title}>{row.subject}</span>
        <RowFacts>
          <span className={rowClasses.number}>{row.number}</span>
          <span>{row.category.name}</span>
          {row.step && <span>{row.step}</span>}
          <PriorityMark priority={row.priority} />
        </RowFacts>
      </span>
      <span className={rowClasses.side}>{working && <Target at={row.target_at} />}</span>
      <span className={rowClasses.state}>
        <StatusBadge status={row.status} toRequester />
      </span>
      <span className={rowClasses.time}>
        <Time at={row.updated_at} />
      </span>
    </>
  );
}

function CompactRow({ row }: { row: TicketRow }) {
  return (
    <>
      <span className={rowClasses.main}>
        <span className={rowClasses.title}>{row.subject}</span>
        <RowFacts>
          <span>{row.requester.name}</span>
          <span>{row.category.name}</span>
        </RowFacts>
      </span>
      <span className={rowClasses.time}>
        <Time at={row.submitted_at} />
      </span>
    </>
  );
}

function RowFacts({ children }: { children: ReactNode }) {
  return <span className={rowClasses.facts}>{children}</span>;
}
