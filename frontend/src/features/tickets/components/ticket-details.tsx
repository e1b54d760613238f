import type { ReactNode } from "react";
import type { Person, Ticket } from "@/shared/api/types";
import { formatDateTime } from "@/shared/time/format";
import { PersonAvatar } from "@/shared/ui/person-avatar";
import classes from "./ticket.module.css";

/** The ticket's properties, one under the other. */
export function TicketDetails({ ticket }: { ticket: Ticket }) {
  return (
    <dl className={classes.properties}>
      <Property name="Requester">
        <Named person={ticket.requester} />
      </Property>
      <Property name="Category">{ticket.category.name}</Property>
      {ticket.subcategory && <Property name="Topic">{ticket.subcategory_name || ticket.subcategory}</Property>}
      {ticket.department && <Property name="Department">{ticket.department}</Property>}
      {ticket.owner && (
        <Property name="Followed by">
          <Named person={ticket.owner} />
        </Property>
      )}
      {ticket.assignee && (
        <Property name="With">
          <Named person={ticket.assignee} />
        </Property>
      )}
      {ticket.step && <Property name="Step">{ticket.step}</Property>}
      {ticket.target_at && <Property name="Target">{formatDateTime(ticket.target_at)}</Property>}
      <Property name="Filed">{formatDateTime(ticket.submitted_at)}</Property>
      {ticket.resolved_at && <Property name="Resolved">{formatDateTime(ticket.resolved_at)}</Property>}
      {ticket.closed_at && <Property name="Closed">{formatDateTime(ticket.closed_at)}</Property>}
      {ticket.reopen_count > 0 && <Property name="Reopened">{ticket.reopen_count === 1 ? "once" : `${ticket.reopen_count} times`}</Property>}
    </dl>
  );
}

function Property({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Named({ person }: { person: Person }) {
  return (
    <span className={classes.person}>
      <PersonAvatar name={person.name} size={20} />
      {person.name}
    </span>
  );
}
