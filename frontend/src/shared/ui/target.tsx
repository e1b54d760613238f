import { Tooltip } from "@mantine/core";
import { IconClock } from "@tabler/icons-react";
import { formatDateTime, formatDuration } from "@/shared/time/format";
import { useNow } from "@/shared/time/use-now";
import classes from "./badge.module.css";

const SOON = 2 * 3_600_000;

/** The time left until a target, or by how much it was missed. */
export function Target({ at, subject = "Due" }: { at: string | null; subject?: string }) {
  const now = useNow();
  if (at === null) return null;
  const left = Date.parse(at) - now;
  const state = left < 0 ? "late" : left < SOON ? "soon" : "fine";
  return (
    <Tooltip label={`${subject} ${formatDateTime(at)}`}>
      <span className={classes.target} data-state={state}>
        <IconClock size={14} aria-hidden />
        {left < 0 ? `${formatDuration(left)} late` : `${formatDuration(left)} left`}
      </span>
    </Tooltip>
  );
}
