import { Button, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconMoodEmpty, IconRefresh } from "@tabler/icons-react";
import type { ComponentType, ReactNode } from "react";
import { isMissing, messageOf, ProblemError } from "@/shared/api/problem";
import classes from "./states.module.css";

type IconType = ComponentType<{ size?: number; stroke?: number; "aria-hidden"?: boolean }>;

/** `level` 1: it is all that the page shows. */
type EmptyProps = { title: string; children?: ReactNode; action?: ReactNode; icon?: IconType; level?: 1 | 2 };

export function EmptyState({ title, children, action, icon: Icon = IconMoodEmpty, level = 2 }: EmptyProps) {
  return (
    <Stack className={classes.state} align="center" gap="xs">
      <span className={classes.icon}>
        <Icon size={26} stroke={1.6} aria-hidden />
      </span>
      <Title order={level} size="h2">
        {title}
      </Title>
      {children && (
        <Text c="dimmed" size="sm" maw={380}>
          {children}
        </Text>
      )}
      {action}
    </Stack>
  );
}

type ErrorProps = { error: unknown; retry?: () => void; what: string; level?: 1 | 2 };

export function ErrorState({ error, retry, what, level = 2 }: ErrorProps) {
  const forbidden = error instanceof ProblemError && error.status === 403;
  const title = isMissing(error) ? `There is no such ${what}` : forbidden ? `You may not see this ${what}` : `The ${what} could not be loaded`;
  const advice = isMissing(error)
    ? "It may have been removed, or the address is not complete."
    : forbidden
      ? "Ask an administrator if you need it."
      : messageOf(error);
  return (
    <Stack className={classes.state} align="center" gap="xs" role="alert">
      <span className={classes.icon}>
        <IconAlertTriangle size={26} stroke={1.6} aria-hidden />
      </span>
      <Title order={level} size="h2">
        {title}
      </Title>
      <Text c="dimmed" size="sm" maw={380}>
        {advice}
      </Text>
      {retry && !isMissing(error) && !forbidden && (
        <Button variant="default" size="sm" leftSection={<IconRefresh size={16} aria-hidden />} onClick={retry}>
          Try again
        </Button>
      )}
    </Stack>
  );
}

const ROWS = ["a", "b", "c", "d", "e", "f"];

export function LoadingRows({ rows = 5, height = 56 }: { rows?: number; height?: number }) {
  return (
    <Stack gap="xs" role="status" aria-label="Loading">
      {ROWS.slice(0, rows).map((row) => (
        <Skeleton key={row} height={height} radius="md" />
      ))}
    </Stack>
  );
}
