import { Text } from "@mantine/core";
import { IconDownload, IconFile, IconFileTypePdf, IconFileZip, IconPhoto } from "@tabler/icons-react";
import type { Attachment } from "@/shared/api/types";
import { formatBytes } from "@/shared/time/format";
import classes from "./ticket.module.css";

function iconOf(contentType: string) {
  if (contentType.startsWith("image/")) return IconPhoto;
  if (contentType === "application/pdf") return IconFileTypePdf;
  return contentType.includes("zip") ? IconFileZip : IconFile;
}

export function FileList({ attachments }: { attachments: Attachment[] }) {
  return (
    <ul className={classes.files} aria-label="Files">
      {attachments.map((file) => {
        const Icon = iconOf(file.content_type);
        return (
          <li key={file.id}>
            <a className={classes.file} href={`/api/v1/attachments/${file.id}/content/`} download={file.name}>
              <Icon size={18} stroke={1.6} aria-hidden />
              <span className={classes.fileName}>{file.name}</span>
              <Text span size="xs" c="dimmed">
                {formatBytes(file.size)}
              </Text>
              <IconDownload size={16} stroke={1.6} aria-hidden />
            </a>
          </li>
        );
      })}
    </ul>
  );
}
