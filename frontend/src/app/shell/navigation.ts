import { IconChecklist, IconClipboardCheck, IconPlus, IconSettings, IconTicket } from "@tabler/icons-react";
import type { ComponentType } from "react";
import type { Me } from "@/shared/api/types";

type Destination = {
  to: string;
  label: string;
  short: string;
  icon: ComponentType<{ size?: number; stroke?: number; "aria-hidden"?: boolean }>;
  needs: string | null;
  keys: string;
};

export const DESTINATIONS: Destination[] = [
  { to: "/tickets", label: "Tickets", short: "Tickets", icon: IconTicket, needs: null, keys: "g m" },
  { to: "/queue", label: "Approval queue", short: "Queue", icon: IconClipboardCheck, needs: "ticket.approve", keys: "g q" },
  { to: "/tasks", label: "Tasks", short: "Tasks", icon: IconChecklist, needs: "task.act", keys: "g t" },
  { to: "/tickets/new", label: "New ticket", short: "New", icon: IconPlus, needs: "ticket.submit", keys: "c" },
  { to: "/admin/", label: "Administration", short: "Admin", icon: IconSettings, needs: "admin.enter", keys: "g a" },
];

export function destinationsOf(me: Me): Destination[] {
  return DESTINATIONS.filter(({ needs }) => needs === null || me.permissions.includes(needs));
}

/** Where a person starts: where his work waits. */
export function homeOf(me: Me): string {
  if (me.permissions.includes("ticket.approve")) return "/queue";
  return me.permissions.includes("task.act") ? "/tasks" : "/tickets";
}
