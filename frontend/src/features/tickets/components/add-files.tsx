import { Button, Modal, Stack } from "@mantine/core";
import { IconPaperclip } from "@tabler/icons-react";
import { useState } from "react";
import type { Attachment, Ticket } from "@/shared/api/types";
import { toastDone, toastProblem } from "@/shared/ui/toast";
import { useAttachFiles } from "../api/change-ticket";
import { AttachmentsInput } from "./attachments-input";

const FINAL = new Set(["rejected", "withdrawn", "closed"]);

/** More files for a ticket that is not finished. */
export function AddFiles({ ticket }: { ticket: Ticket }) {
  const [open, setOpen] = useState(false);
  if (FINAL.has(ticket.status)) return null;
  return (
    <>
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={<IconPaperclip size={15} aria-hidden />}
        onClick={() => setOpen(true)}
        style={{ alignSelf: "flex-start" }}
      >
        Add files
      </Button>
      {open && <AddFilesDialog number={ticket.number} onClose={() => setOpen(false)} />}
    </>
  );
}

function AddFilesDialog({ number, onClose }: { number: string; onClose: () => void }) {
  const [files, setFiles] = useState<Attachment[]>([]);
  const [busy, setBusy] = useState(false);
  const attach = useAttachFiles(number);
  const send = () =>
    attach.mutate(
      files.map((file) => file.id),
      {
        onSuccess: () => {
          toastDone("Files added");
          onClose();
        },
        onError: toastProblem,
      },
    );
  return (
    <Modal opened onClose={onClose} title="Add files">
      <Stack>
        <AttachmentsInput
          attachments={files}
          onAdd={(file) => setFiles((present) => [...present, file])}
          onRemove={(id) => setFiles((present) => present.filter((file) => file.id !== id))}
          onBusy={setBusy}
        />
        <Button disabled={busy || files.length === 0} loading={attach.isPending} onClick={send}>
          Add to the ticket
        </Button>
      </Stack>
    </Modal>
  );
}
