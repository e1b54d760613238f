import { Anchor, Text } from "@mantine/core";
import { IconArrowLeft, IconChecks, IconClipboardCheck } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";
import { Page } from "@/shared/ui/page";
import { EmptyState, ErrorState, LoadingRows } from "@/shared/ui/states";
import { useShortcut } from "@/shared/shortcuts/shortcuts";
import { useLiveTicketLists } from "../api/live-tickets";
import { rowsOf, ticketQuery, ticketsQuery } from "../api/tickets";
import { MoveButtons } from "../components/move-buttons";
import { TicketContent } from "../components/ticket-content";
import { TicketList } from "../components/ticket-list";
import { TicketTitle } from "../components/ticket-title";
import classes from "./queue-page.module.css";

/** New tickets, waiting for a coordinator's yes or no. */
export default function QueuePage() {
  const [params, setParams] = useSearchParams();
  const selected = params.get("ticket");
  useLiveTicketLists("approvals");
  const queue = useInfiniteQuery(ticketsQuery({ scope: "approval" }));
  const rows = rowsOf(queue.data);
  const back = () => setParams({}, { replace: true });
  useShortcut("Escape", "Back to the list", "Lists", back, selected !== null);
  return (
    <Page title="Approval queue">
      {queue.isPending && <LoadingRows />}
      {queue.isError && <ErrorState error={queue.error} what="queue" retry={() => void queue.refetch()} />}
      {queue.data && rows.length === 0 && selected === null && (
        <EmptyState title="All decided" icon={IconChecks}>
          New tickets appear here by themselves.
        </EmptyState>
      )}
      {queue.data && (rows.length > 0 || selected !== null) && (
        <div className={classes.panes} data-selected={selected !== null || undefined}>
          <div className={classes.list}>
            <TicketList
              compact
              rows={rows}
              label="Tickets to decide"
              selected={selected}
              hrefOf={(row) => `/queue?ticket=${row.number}`}
              more={queue.hasNextPage ? { load: () => void queue.fetchNextPage(), loading: queue.isFetchingNextPage } : null}
            />
          </div>
          <div className={classes.detail}>
            {selected === null ? (
              <EmptyState title="Choose a ticket" icon={IconClipboardCheck}>
                Read what is asked for, then approve or reject it.
              </EmptyState>
            ) : (
              <>
                <Anchor component="button" className={classes.back} size="sm" onClick={back}>
                  <IconArrowLeft size={16} aria-hidden /> Back to the queue
                </Anchor>
                <QueueDetail key={selected} number={selected} onDone={back} />
              </>
            )}
          </div>
        </div>
      )}
    </Page>
  );
}

function QueueDetail({ number, onDone }: { number: string; onDone: () => void }) {
  const ticket = useQuery(ticketQuery(number));
  if (ticket.isPending) return <LoadingRows rows={3} height={90} />;
  if (ticket.isError) return <ErrorState error={ticket.error} what="ticket" retry={() => void ticket.refetch()} />;
  return (
    <>
      <TicketTitle ticket={ticket.data} level={2} actions={<MoveButtons ticket={ticket.data} onDone={onDone} />} />
      {ticket.data.status !== "new" && (
        <Text size="sm" c="dimmed" mt="xs">
          Somebody was faster: this ticket is decided.
        </Text>
      )}
      <TicketContent ticket={ticket.data} />
      <Anchor component={Link} to={`/tickets/${number}`} size="sm">
        Open the whole ticket
      </Anchor>
    </>
  );
}
