import { Alert, Button, Group, Modal, Stack } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconRefresh } from "@tabler/icons-react";
import type { FormEvent, ReactNode } from "react";
import { isOvertaken, messageOf } from "@/shared/api/problem";

type Props = {
  title: string;
  confirm: string;
  danger?: boolean;
  pending: boolean;
  error: unknown;
  onClose: () => void;
  onSubmit: () => void;
  /** Loads what somebody else changed meanwhile. */
  onReload: () => void;
  children: ReactNode;
};

/** A question with a form: cancel or confirm, and what went wrong. */
export function Dialog({ title, confirm, danger, pending, error, onClose, onSubmit, onReload, children }: Props) {
  const phone = useMediaQuery("(max-width: 36em)") ?? false;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    onSubmit();
  };
  return (
    <Modal opened onClose={onClose} title={title} fullScreen={phone} transitionProps={{ duration: 120 }}>
      <form onSubmit={submit} noValidate>
        <Stack>
          {children}
          {error !== null && <DialogProblem error={error} onReload={onReload} />}
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" color={danger ? "red" : undefined} loading={pending}>
              {confirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function DialogProblem({ error, onReload }: { error: unknown; onReload: () => void }) {
  if (!isOvertaken(error)) {
    return (
      <Alert color="red" role="alert">
        {messageOf(error)}
      </Alert>
    );
  }
  return (
    <Alert color="yellow" role="alert" title="Somebody was faster">
      <Stack gap="xs" align="flex-start">
        {messageOf(error)}
        <Button size="xs" variant="default" leftSection={<IconRefresh size={14} aria-hidden />} onClick={onReload}>
          Show the present state
        </Button>
      </Stack>
    </Alert>
  );
}
