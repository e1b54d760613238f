import { SegmentedControl, Skeleton, Stack, Text, VisuallyHidden } from "@mantine/core";
import { IconRoute } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import type { Tracker } from "@/shared/api/types";
import { EmptyState, ErrorState, LoadingRows } from "@/shared/ui/states";
import { Time } from "@/shared/ui/time";
import { trackerQuery } from "../api/tasks";
import classes from "./tracker.module.css";

const TrackerDrawing = lazy(() => import("./tracker-drawing"));

/** Where the work on a ticket stands: a drawing, or the same as a list. */
export function TicketProgress({ number }: { number: string }) {
  const tracker = useQuery(trackerQuery(number));
  const [view, setView] = useState("drawing");
  if (tracker.isPending) return <LoadingRows rows={3} height={44} />;
  if (tracker.isError) return <ErrorState error={tracker.error} what="progress" retry={() => void tracker.refetch()} />;
  if (tracker.data === null) {
    return (
      <EmptyState title="Not started yet" icon={IconRoute}>
        The steps appear here once the ticket is approved.
      </EmptyState>
    );
  }
  const { workflow, graph } = tracker.data;
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {workflow.name}, version {workflow.version}
      </Text>
      <SegmentedControl
        size="xs"
        aria-label="Show as"
        data={[
          { value: "drawing", label: "Drawing" },
          { value: "list", label: "List" },
        ]}
        value={view}
        onChange={setView}
      />
      {view === "list" ? (
        <StepList graph={graph} />
      ) : (
        <>
          <div className={classes.scroll}>
            <Suspense fallback={<Skeleton height={240} radius="md" />}>
              <TrackerDrawing graph={graph} />
            </Suspense>
          </div>
          <VisuallyHidden>
            <StepList graph={graph} />
          </VisuallyHidden>
        </>
      )}
    </Stack>
  );
}

const STATES: Record<string, string> = { done: "Done", active: "Now", pending: "Later" };

function StepList({ graph }: { graph: Tracker["graph"] }) {
  return (
    <ol className={classes.steps} aria-label="Steps">
      {graph.nodes.map((node) => (
        <li key={node.key} data-state={node.state} aria-current={node.state === "active" ? "step" : undefined}>
          <Text size="sm" fw={node.state === "active" ? 650 : 500}>
            {node.name}
          </Text>
          <Text size="xs" c="dimmed">
            {STATES[node.state]}
            {node.by && ` · ${node.by.name}`}
            {node.at && (
              <>
                {" · "}
                <Time at={node.at} />
              </>
            )}
          </Text>
        </li>
      ))}
    </ol>
  );
}
