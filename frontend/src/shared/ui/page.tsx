import { Group, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import classes from "./page.module.css";

type Props = { title: string; actions?: ReactNode; width?: "narrow" | "wide"; children: ReactNode };

/** A page: its heading, what can be done with the whole of it, its content. */
export function Page({ title, actions, width = "wide", children }: Props) {
  useDocumentTitle(title);
  return (
    <div className={classes.page} data-width={width}>
      <Group justify="space-between" wrap="nowrap" mb="md" mih={36}>
        <Title order={1}>{title}</Title>
        {actions}
      </Group>
      {children}
    </div>
  );
}

export function useDocumentTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Tickets`;
  }, [title]);
}
