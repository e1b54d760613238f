import { Text } from "@mantine/core";
import { IconBell, IconChevronRight, IconMessages, IconRoute, IconTicket, IconUsers } from "@tabler/icons-react";
import { Page } from "@/shared/ui/page";
import classes from "./admin-page.module.css";

const ADMINS = [
  { href: "/admin/auth/", name: "People and roles", text: "Accounts, roles, permissions, sessions.", icon: IconUsers },
  { href: "/admin/tickets/", name: "Tickets and forms", text: "Tickets, categories and their forms, files.", icon: IconTicket },
  { href: "/admin/workflows/", name: "Workflows and tasks", text: "Workflows, tasks, targets, the audit log.", icon: IconRoute },
  { href: "/admin/messaging/", name: "Conversations", text: "Comments and the live stream.", icon: IconMessages },
  { href: "/admin/notifications/", name: "Notifications", text: "Notices, mail deliveries, what failed.", icon: IconBell },
];

/** The way into the administration of the five services: plain links, for these pages are not part of this application. */
export default function AdminPage() {
  return (
    <Page title="Administration" width="narrow">
      <Text c="dimmed" size="sm" mb="md">
        Each service has an administration of its own. You are logged in to all of them.
      </Text>
      <ul className={classes.list}>
        {ADMINS.map(({ href, name, text, icon: Icon }) => (
          <li key={href}>
            <a href={href} className={classes.link}>
              <Icon size={22} stroke={1.6} aria-hidden />
              <span>
                <strong>{name}</strong>
                <span className={classes.text}>{text}</span>
              </span>
              <IconChevronRight size={18} aria-hidden />
            </a>
          </li>
        ))}
      </ul>
    </Page>
  );
}
