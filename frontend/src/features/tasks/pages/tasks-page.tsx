import { Button, Group, NativeSelect, SegmentedControl, Stack, Tabs } from "@mantine/core";
import { IconChecklist, IconSearchOff } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { useCan } from "@/shared/session/me";
import { Page } from "@/shared/ui/page";
import { PRIORITIES } from "@/shared/ui/priority-mark";
import { SearchInput } from "@/shared/ui/search-input";
import { EmptyState, ErrorState, LoadingRows } from "@/shared/ui/states";
import { type TaskFilters, tasksQuery, useLiveTasks } from "../api/tasks";
import { TaskList } from "../components/task-list";

const TABS = [
  { value: "open", label: "To do" },
  { value: "held", label: "On hold" },
  { value: "done", label: "Done" },
];

export default function TasksPage() {
  const [params, setParams] = useSearchParams();
  const filters = filtersOf(params);
  const seesAll = useCan("task.view_all");
  useLiveTasks();
  const tasks = useInfiniteQuery(tasksQuery(filters));
  const items = tasks.data?.pages.flatMap((page) => page.results) ?? [];
  const set = (key: string, value: string) =>
    setParams(
      (present) => {
        if (value) present.set(key, value);
        else present.delete(key);
        return present;
      },
      { replace: key === "q" },
    );
  return (
    <Page title="Tasks" actions={seesAll ? <ScopeSwitch scope={filters.scope} onChange={(scope) => set("scope", scope)} /> : null}>
      <Tabs value={filters.status} onChange={(value) => set("status", value === "open" ? "" : (value ?? ""))} keepMounted={false}>
        <Tabs.List mb="md">
          {TABS.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={filters.status}>
          <Stack gap="md">
            <Group gap="sm" wrap="nowrap">
              <SearchInput label="Search tasks" value={filters.q ?? ""} onChange={(value) => set("q", value)} />
              <NativeSelect
                aria-label="Priority"
                data={[{ value: "", label: "All priorities" }, ...PRIORITIES]}
                value={filters.priority ?? ""}
                onChange={(event) => set("priority", event.currentTarget.value)}
              />
            </Group>
            {tasks.isPending && <LoadingRows />}
            {tasks.isError && <ErrorState error={tasks.error} what="list of tasks" retry={() => void tasks.refetch()} />}
            {tasks.data && items.length === 0 && <NoTasks filters={filters} />}
            {items.length > 0 && <TaskList items={items} showAssignee={filters.scope !== "mine"} />}
            {tasks.hasNextPage && (
              <Button variant="default" fullWidth loading={tasks.isFetchingNextPage} onClick={() => void tasks.fetchNextPage()}>
                Load more
              </Button>
            )}
          </Stack>
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function filtersOf(params: URLSearchParams): TaskFilters {
  const scope = params.get("scope");
  return {
    scope: scope === "owned" || scope === "all" ? scope : "mine",
    status: TABS.find(({ value }) => value === params.get("status"))?.value ?? "open",
    priority: PRIORITIES.find(({ value }) => value === params.get("priority"))?.value,
    q: params.get("q") ?? undefined,
  };
}

function ScopeSwitch({ scope, onChange }: { scope: string; onChange: (scope: string) => void }) {
  return (
    <SegmentedControl
      aria-label="Whose tasks"
      value={scope}
      onChange={(value) => onChange(value === "mine" ? "" : value)}
      data={[
        { value: "mine", label: "Mine" },
        { value: "all", label: "Everybody's" },
      ]}
    />
  );
}

function NoTasks({ filters }: { filters: TaskFilters }) {
  if (filters.q ?? filters.priority) return <EmptyState title="Nothing found" icon={IconSearchOff} />;
  return (
    <EmptyState title={filters.status === "open" ? "Nothing to do" : "Nothing here yet"} icon={IconChecklist}>
      {filters.status === "open" && "New work appears here by itself."}
    </EmptyState>
  );
}
