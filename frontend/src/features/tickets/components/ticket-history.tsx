import { Button, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { ErrorState, LoadingRows } from "@/shared/ui/states";
import { statusLabel } from "@/shared/ui/ticket-status";
import { Time } from "@/shared/ui/time";
import { type HistoryEntry, historyQuery } from "../api/tickets";
import classes from "./ticket.module.css";

const DONE: Record<string, string> = {
  submit: "filed the ticket",
  approve: "approved it",
  reject: "rejected it",
  withdraw: "withdrew it",
  close: "closed it",
  reopen: "opened it again",
  edit: "changed it",
  attach: "added files",
  start: "started to work on it",
  hold: "put it on hold",
  resume: "went on with it",
  resolve: "resolved it",
  wait: "left it waiting for somebody",
  assign: "took it up",
  import: "imported it",
};

/** Who did what with the ticket, in order. */
export function TicketHistory({ number }: { number: string }) {
  const history = useInfiniteQuery(historyQuery(number));
  if (history.isPending) return <LoadingRows rows={3} height={40} />;
  if (history.isError) return <ErrorState error={history.error} what="history" retry={() => void history.refetch()} />;
  return (
    <>
      <ol className={classes.history}>
        {history.data.pages
          .flatMap((page) => page.results)
          .map((entry) => (
            <HistoryRow key={`${entry.at} ${entry.action} ${entry.to_status}`} entry={entry} />
          ))}
      </ol>
      {history.hasNextPage && (
        <Button variant="default" size="compact-sm" mt="sm" loading={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
          Show later
        </Button>
      )}
    </>
  );
}

function HistoryRow({ entry }: { entry: HistoryEntry }) {
  const moved = entry.from_status !== entry.to_status && entry.from_status !== "";
  return (
    <li>
      <Text size="sm">
        <strong>{entry.by?.name ?? "The system"}</strong> {DONE[entry.action] ?? entry.action}
        {moved && <span className={classes.moved}> · {statusLabel(entry.to_status)}</span>}
      </Text>
      {entry.detail && (
        <Text size="sm" c="dimmed">
          {entry.detail}
        </Text>
      )}
      {entry.reason && <Text size="sm">“{entry.reason}”</Text>}
      <Text size="xs" c="dimmed">
        <Time at={entry.at} />
      </Text>
    </li>
  );
}
