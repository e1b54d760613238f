import { Button, Group, SegmentedControl, Stack, Tabs } from "@mantine/core";
import { IconInbox, IconPlus, IconSearchOff } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";
import { useMe } from "@/shared/session/me";
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
  const scope = useScope(params.get("scope"));
  const q = params.get("q") ?? undefined;
  const category = params.get("category") ?? undefined;
  useLiveTicketLists("me");
  const tickets = useInfiniteQuery(ticketsQuery({ scope, status: tab?.status, q, category }));
  const rows = rowsOf(tickets.data);
  const set = (key: string, value: string, ordinary: string) =>
    setParams((present) => {
      if (value === ordinary) present.delete(key);
      else present.set(key, value);
      return present;
    });
  return (
    <Page
      title={scope === "mine" ? "My tickets" : "Tickets"}
      actions={
        <Button component={Link} to="/tickets/new" leftSection={<IconPlus size={16} aria-hidden />}>
          New ticket
        </Button>
      }
    >
      <Tabs value={tab?.value} onChange={(value) => set("tab", value ?? "active", "active")} keepMounted={false}>
        <Tabs.List mb="md">
          {TABS.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab?.value ?? "active"}>
          <Stack gap="md">
            <Group gap="sm" justify="space-between">
              <TicketFilters />
              <ScopeSwitch scope={scope} onChange={(value) => set("scope", value, "mine")} />
            </Group>
            {tickets.isPending && <LoadingRows />}
            {tickets.isError && <ErrorState error={tickets.error} what="list of tickets" retry={() => void tickets.refetch()} />}
            {tickets.data && rows.length === 0 && <NoTickets filtered={Boolean(q ?? category)} tab={tab?.value ?? "active"} />}
            {rows.length > 0 && (
              <TicketList
                rows={rows}
                label="Tickets"
                ofOthers={scope !== "mine"}
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

const SCOPES = [
  { value: "mine", label: "Mine", needs: [] },
  { value: "involved", label: "Involved", needs: ["task.act", "ticket.own"] },
  { value: "all", label: "All", needs: ["ticket.view_all"] },
] as const;

type Scope = (typeof SCOPES)[number]["value"];

function useScopes(): (typeof SCOPES)[number][] {
  const { permissions } = useMe();
  return SCOPES.filter(({ needs }) => needs.length === 0 || needs.some((permission) => permissions.includes(permission)));
}

function useScope(wanted: string | null): Scope {
  return useScopes().find(({ value }) => value === wanted)?.value ?? "mine";
}

/** Only for those who see more than their own. */
function ScopeSwitch({ scope, onChange }: { scope: Scope; onChange: (scope: string) => void }) {
  const scopes = useScopes();
  if (scopes.length === 1) return null;
  return (
    <SegmentedControl aria-label="Whose tickets" value={scope} onChange={onChange} data={scopes.map(({ value, label }) => ({ value, label }))} />
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
