import type { Priority } from "@/shared/api/types";
import classes from "./badge.module.css";

export const PRIORITIES: { value: Priority; label: string }[] = [
  { value: "critical", label: "Critical" },
  { value: "high", label: "High" },
  { value: "medium", label: "Medium" },
  { value: "low", label: "Low" },
];

const BARS: Record<string, number> = { critical: 3, high: 3, medium: 2, low: 1 };

/** Priority by shape as well as by word: colour alone tells some people nothing. */
export function PriorityMark({ priority }: { priority: string }) {
  const known = PRIORITIES.find(({ value }) => value === priority);
  if (!known) return null;
  const bars = BARS[known.value] ?? 0;
  return (
    <span className={classes.priority}>
      <span className={classes.bars} data-critical={known.value === "critical" || undefined} aria-hidden>
        {[1, 2, 3].map((bar) => (
          <i key={bar} data-on={bar <= bars || undefined} />
        ))}
      </span>
      {known.label}
    </span>
  );
}
