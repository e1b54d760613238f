import { formatDateTime, formatRelative } from "@/shared/time/format";
import { useNow } from "@/shared/time/use-now";

export function Time({ at }: { at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={formatDateTime(at)}>
      {formatRelative(at, now)}
    </time>
  );
}
