import { Button, Stack, Tabs } from "@mantine/core";
import { IconInbox, IconPlus, IconSearchOff } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";
import { Page } from "@/shared/ui/page";
import { EmptyState, ErrorState, LoadingRows } from "@/shared/ui/states";
import { useLiveTicketLists } from "../api/live-tickets";
import { rowsOf, ticketsQuery } from "../api/tickets";
import { TicketFilters } from "../components/ticket-filters";
import { TicketList } from "../components/ticket-list";

const TABS = [
  { value: "active", label: "Active", status: "new,open,in_progress,on_hold,pending" },
  { value: "resolved", label: "Resolved", status: "resolved" },
  { value: "closed", label: "Closed", status: "closed,rejected,withdrawn" },
  { value: "all", label: "All", status: undefined },
];

export default function MyTicketsPage() {
  const [params, setParams] = useSearchParams();
  const tab = TABS.find(({ value }) => value === params.get("tab")) ?? TABS[0];
  const q = params.get("q") ?? undefined;
  const category = params.get("category") ?? undefined;
  useLiveTicketLists("me");
  const tickets = useInfiniteQuery(ticketsQuery({ scope: "mine", status: tab?.status, q, category }));
  const rows = rowsOf(tickets.data);
  const show = (value: string | null) =>
    setParams((present) => {
      if (value === null || value === "active") present.delete("tab");
      else present.set("tab", value);
      return present;
    });
  return (
    <Page
      title="My tickets"
      actions={
        <Button component={Link} to="/tickets/new" leftSection={<IconPlus size={16} aria-hidden />}>
          New ticket
        </Button>
      }
    >
      <Tabs value={tab?.value} onChange={show} keepMounted={false}>
        <Tabs.List mb="md">
          {TABS.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab?.value ?? "active"}>
          <Stack gap="md">
            <TicketFilters />
            {tickets.isPending && <LoadingRows />}
            {tickets.isError && <ErrorState error={tickets.error} what="list of tickets" retry={() => void tickets.refetch()} />}
            {tickets.data && rows.length === 0 && <NoTickets filtered={Boolean(q ?? category)} tab={tab?.value ?? "active"} />}
            {rows.length > 0 && (
              <TicketList
                rows={rows}
                label="My tickets"
                hrefOf={(row) => `/tickets/${row.number}`}
                more={tickets.hasNextPage ? { load: () => void tickets.fetchNextPage(), loading: tickets.isFetchingNextPage } : null}
              />
            )}
          </Stack>
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function NoTickets({ filtered, tab }: { filtered: boolean; tab: string }) {
  if (filtered) {
    return (
      <EmptyState title="Nothing found" icon={IconSearchOff}>
        Try other words, or another category.
      </EmptyState>
    );
  }
  if (tab !== "active" && tab !== "all") return <EmptyState title="Nothing here yet" icon={IconInbox} />;
  return (
    <EmptyState
      title="No open tickets"
      icon={IconInbox}
      action={
        <Button component={Link} to="/tickets/new" mt="xs">
          File a ticket
        </Button>
      }
    >
      When you need something, file a ticket: you can follow here what becomes of it.
    </EmptyState>
  );
}
