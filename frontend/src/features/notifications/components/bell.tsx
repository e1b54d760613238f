import { ActionIcon, Button, Group, Popover, Text, Title, VisuallyHidden } from "@mantine/core";
import { IconBell, IconBellOff, IconChecks } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import type { Notice } from "@/shared/api/types";
import { EmptyState, ErrorState, LoadingRows } from "@/shared/ui/states";
import { Time } from "@/shared/ui/time";
import { noticesQuery, unreadQuery, useLiveNotices, useReadNotices } from "../api/notices";
import classes from "./bell.module.css";

export function Bell() {
  const [open, setOpen] = useState(false);
  const unread = useQuery(unreadQuery).data?.unread ?? 0;
  useLiveNotices();
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus>
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" className={classes.bell} onClick={() => setOpen(!open)}>
          <IconBell size={20} stroke={1.7} aria-hidden />
          <VisuallyHidden>{unread > 0 ? `Notifications, ${unread} unread` : "Notifications"}</VisuallyHidden>
          {unread > 0 && (
            <span className={classes.count} aria-hidden>
              {unread > 99 ? "99+" : unread}
            </span>
          )}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label="Notifications">
        <div className={classes.sheet}>
          <NoticeList unread={unread} onLeave={() => setOpen(false)} />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function NoticeList({ unread, onLeave }: { unread: number; onLeave: () => void }) {
  const notices = useInfiniteQuery(noticesQuery);
  const { readOne, readAll } = useReadNotices();
  const rows = notices.data?.pages.flatMap((page) => page.results) ?? [];
  const open = (notice: Notice) => {
    if (notice.read_at === null) readOne(notice.id);
    onLeave();
  };
  return (
    <>
      <Group justify="space-between" className={classes.head}>
        <Title order={2}>Notifications</Title>
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconChecks size={15} aria-hidden />}
          disabled={unread === 0}
          onClick={() => readAll()}
        >
          Mark all as read
        </Button>
      </Group>
      <div className={classes.scroll}>
        {notices.isPending && <LoadingRows rows={3} />}
        {notices.isError && <ErrorState error={notices.error} what="list of notifications" retry={() => void notices.refetch()} />}
        {notices.data && rows.length === 0 && (
          <EmptyState title="Nothing yet" icon={IconBellOff}>
            What happens to your tickets and tasks is told here.
          </EmptyState>
        )}
        {rows.length > 0 && (
          <ul className={classes.list}>
            {rows.map((notice) => (
              <li key={notice.id} data-unread={notice.read_at === null || undefined}>
                <Link to={notice.link || "/"} className={classes.notice} onClick={() => open(notice)}>
                  {notice.read_at === null && <span className={classes.dot} role="img" aria-label="Unread" />}
                  <span className={classes.title}>{notice.title}</span>
                  {notice.body && <span className={classes.body}>{notice.body}</span>}
                  <Text span size="xs" c="dimmed">
                    <Time at={notice.created_at} />
                  </Text>
                </Link>
                {notice.read_at === null && (
                  <ActionIcon
                    className={classes.read}
                    variant="subtle"
                    color="gray"
                    size="md"
                    aria-label={`Mark as read: ${notice.title}`}
                    onClick={() => readOne(notice.id)}
                  >
                    <IconChecks size={15} aria-hidden />
                  </ActionIcon>
                )}
              </li>
            ))}
          </ul>
        )}
        {notices.hasNextPage && (
          <Button variant="subtle" fullWidth loading={notices.isFetchingNextPage} onClick={() => void notices.fetchNextPage()}>
            Show older
          </Button>
        )}
      </div>
    </>
  );
}
