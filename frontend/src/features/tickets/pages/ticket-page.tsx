import { SegmentedControl, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useNavigate } from "react-router";
import type { Ticket } from "@/shared/api/types";
import { useShortcut } from "@/shared/shortcuts/shortcuts";
import { useDocumentTitle } from "@/shared/ui/page";
import { ErrorState, LoadingRows } from "@/shared/ui/states";
import { useLiveTicket } from "../api/live-tickets";
import { ticketQuery } from "../api/tickets";
import { AddFiles } from "../components/add-files";
import { EditButton } from "../components/edit-dialog";
import { MoveButtons } from "../components/move-buttons";
import { TicketContent } from "../components/ticket-content";
import { TicketDetails } from "../components/ticket-details";
import { TicketHistory } from "../components/ticket-history";
import { TicketTitle } from "../components/ticket-title";
import classes from "./ticket-page.module.css";

/** What other features put on the page; the router brings them together. */
export type TicketSlots = { work: (ticket: Ticket) => ReactNode; thread: (ticket: Ticket) => ReactNode; progress: (ticket: Ticket) => ReactNode };

export function TicketPage({ number, backTo, slots }: { number: string; backTo: string; slots: TicketSlots }) {
  const ticket = useQuery(ticketQuery(number));
  const navigate = useNavigate();
  useLiveTicket(ticket.data);
  useShortcut("Escape", "Back to the list", "Ticket", () => void navigate(backTo));
  if (ticket.isPending) {
    return (
      <div className={classes.page}>
        <LoadingRows rows={4} height={90} />
      </div>
    );
  }
  if (ticket.isError) return <ErrorState level={1} error={ticket.error} what="ticket" retry={() => void ticket.refetch()} />;
  return <LoadedTicket ticket={ticket.data} slots={slots} />;
}

function LoadedTicket({ ticket, slots }: { ticket: Ticket; slots: TicketSlots }) {
  const [view, setView] = useState("talk");
  useDocumentTitle(`${ticket.number} ${ticket.subject}`);
  return (
    <div className={classes.page}>
      <TicketTitle
        ticket={ticket}
        actions={
          <div className={classes.actions}>
            <EditButton ticket={ticket} />
            <MoveButtons ticket={ticket} />
          </div>
        }
      />
      <SegmentedControl
        className={classes.switch}
        fullWidth
        aria-label="Show"
        data={[
          { value: "talk", label: "Conversation" },
          { value: "facts", label: "Details" },
        ]}
        value={view}
        onChange={setView}
      />
      <div className={classes.columns} data-view={view}>
        <div className={classes.main}>
          {slots.work(ticket)}
          <div className={classes.card}>
            <TicketContent ticket={ticket} />
            <AddFiles ticket={ticket} />
          </div>
          {slots.thread(ticket)}
        </div>
        <aside className={classes.side} aria-label="About the ticket">
          <Tabs defaultValue="details" keepMounted={false}>
            <Tabs.List grow mb="md">
              <Tabs.Tab value="details">Details</Tabs.Tab>
              <Tabs.Tab value="progress">Progress</Tabs.Tab>
              <Tabs.Tab value="history">History</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="details">
              <TicketDetails ticket={ticket} />
            </Tabs.Panel>
            <Tabs.Panel value="progress">{slots.progress(ticket)}</Tabs.Panel>
            <Tabs.Panel value="history">
              <TicketHistory number={ticket.number} />
            </Tabs.Panel>
          </Tabs>
        </aside>
      </div>
    </div>
  );
}
