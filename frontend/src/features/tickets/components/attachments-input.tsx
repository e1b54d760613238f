import { ActionIcon, FileButton, Progress, Stack, Text, UnstyledButton } from "@mantine/core";
import { IconPaperclip, IconX } from "@tabler/icons-react";
import { type DragEvent, useEffect, useRef, useState } from "react";
import { messageOf } from "@/shared/api/problem";
import type { Attachment } from "@/shared/api/types";
import { newId } from "@/shared/new-id";
import { formatBytes } from "@/shared/time/format";
import { uploadFile } from "../api/upload";
import classes from "./form.module.css";

type Running = { id: string; name: string; share: number; error: string; cancel: () => void };
type Props = { attachments: Attachment[]; onAdd: (attachment: Attachment) => void; onRemove: (id: string) => void; onBusy: (busy: boolean) => void };

/** Files are sent as soon as they are chosen; the ticket then only names them. */
export function AttachmentsInput({ attachments, onAdd, onRemove, onBusy }: Props) {
  const { uploads, start, dismiss } = useUploads(onAdd, onBusy);
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    start([...event.dataTransfer.files]);
  };
  return (
    <Stack gap="xs">
      <div
        className={classes.drop}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <FileButton multiple onChange={start}>
          {(props) => (
            <UnstyledButton {...props} c="var(--mantine-color-anchor)" fz="sm" fw={500}>
              <IconPaperclip size={15} aria-hidden /> Choose files
            </UnstyledButton>
          )}
        </FileButton>{" "}
        or drop them here. Images, PDF, Office, text, log and zip.
      </div>
      {attachments.map((file) => (
        <div key={file.id} className={classes.file}>
          <span className={classes.fileName}>{file.name}</span>
          <Text size="xs" c="dimmed">
            {formatBytes(file.size)}
          </Text>
          <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${file.name}`} onClick={() => onRemove(file.id)}>
            <IconX size={16} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      {uploads.map((upload) => (
        <UploadRow key={upload.id} upload={upload} onDismiss={() => dismiss(upload.id)} />
      ))}
    </Stack>
  );
}

function UploadRow({ upload, onDismiss }: { upload: Running; onDismiss: () => void }) {
  return (
    <div className={classes.file}>
      <span className={classes.fileName}>{upload.name}</span>
      {upload.error ? (
        <Text size="xs" c="var(--mantine-color-error)" role="alert">
          {upload.error}
        </Text>
      ) : (
        <Progress w={96} value={upload.share * 100} aria-label={`Uploading ${upload.name}`} />
      )}
      <ActionIcon variant="subtle" color="gray" aria-label={upload.error ? `Dismiss ${upload.name}` : `Cancel ${upload.name}`} onClick={onDismiss}>
        <IconX size={16} aria-hidden />
      </ActionIcon>
    </div>
  );
}

function useUploads(onAdd: (attachment: Attachment) => void, onBusy: (busy: boolean) => void) {
  const [uploads, setUploads] = useState<Running[]>([]);
  const running = uploads.filter((upload) => upload.error === "").length;
  const live = useRef(new Set<AbortController>());

  useEffect(() => onBusy(running > 0), [running, onBusy]);
  useEffect(() => {
    const controllers = live.current;
    return () => {
      for (const controller of controllers) controller.abort();
    };
  }, []);

  const patch = (id: string, changes: Partial<Running>) =>
    setUploads((present) => present.map((upload) => (upload.id === id ? { ...upload, ...changes } : upload)));
  const dismiss = (id: string) => {
    uploads.find((upload) => upload.id === id)?.cancel();
    setUploads((present) => present.filter((upload) => upload.id !== id));
  };
  const send = async (file: File) => {
    const id = newId();
    const controller = new AbortController();
    live.current.add(controller);
    setUploads((present) => [...present, { id, name: file.name, share: 0, error: "", cancel: () => controller.abort() }]);
    try {
      onAdd(await uploadFile({ file, signal: controller.signal, onProgress: (share) => patch(id, { share }) }));
      setUploads((present) => present.filter((upload) => upload.id !== id));
    } catch (error) {
      if (!controller.signal.aborted) patch(id, { error: messageOf(error) });
    } finally {
      live.current.delete(controller);
    }
  };
  return { uploads, dismiss, start: (files: File[]) => files.forEach((file) => void send(file)) };
}
