import type { Comment, Me, Notice, TaskItem, Ticket, TicketRow, Tracker } from "@/shared/api/types";

const at = "2026-03-02T09:00:00Z";
export const EVE = { id: "11111111-1111-4111-8111-111111111111", name: "Eve Employee" };
export const CORA = { id: "22222222-2222-4222-8222-222222222222", name: "Cora Coordinator" };
export const ADA = { id: "33333333-3333-4333-8333-333333333333", name: "Ada Agent" };

const ROLES: Record<string, string[]> = {
  employee: ["ticket.submit"],
  coordinator: ["ticket.submit", "ticket.approve", "ticket.own", "ticket.view_all", "comment.internal"],
  agent: ["ticket.submit", "task.act", "comment.internal"],
};

export function me(role: "employee" | "coordinator" | "agent" = "employee"): Me {
  const person = { employee: EVE, coordinator: CORA, agent: ADA }[role];
  return { ...person, email: `${role}@demo.tts`, department: "IT", roles: [], permissions: ROLES[role] ?? [] } as Me;
}

export function ticket(changes: Partial<Ticket> = {}): Ticket {
  return {
    id: "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
    number: "TTS-ABCD2345",
    subject: "The printer is on fire",
    status: "new",
    priority: "",
    category: { slug: "others", name: "Others" },
    subcategory: "",
    subcategory_name: "",
    department: "",
    requester: EVE,
    assignee: null,
    owner: null,
    step: "",
    target_at: null,
    submitted_at: at,
    updated_at: at,
    description: "Really.",
    description_html: "<p>Really.</p>",
    fields: {},
    form: [],
    attachments: [],
    actions: [],
    resolved_at: null,
    closed_at: null,
    reopen_count: 0,
    version: 1,
    ...changes,
  };
}

export function ticketRow(changes: Partial<TicketRow> = {}): TicketRow {
  return ticket(changes as Partial<Ticket>);
}

export function comment(number: number, changes: Partial<Comment> = {}): Comment {
  return {
    id: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    number,
    ticket_id: ticket().id,
    author: ADA,
    visibility: "public",
    body: `Message ${number}`,
    html: `<p>Message ${number}</p>`,
    posted_at: `2026-03-02T10:${String(number).padStart(2, "0")}:00Z`,
    mine: false,
    ...changes,
  };
}

export function notice(number: number, changes: Partial<Notice> = {}): Notice {
  return {
    id: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    kind: "ticket_status",
    title: `Notice ${number}`,
    body: "",
    link: "/tickets/TTS-ABCD2345",
    created_at: at,
    read_at: null,
    ...changes,
  } as Notice;
}

export function taskItem(changes: Partial<TaskItem> = {}): TaskItem {
  return {
    id: "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb",
    task_id: "cccccccc-cccc-4ccc-8ccc-cccccccccccc",
    ticket: { id: ticket().id, number: ticket().number, subject: ticket().subject, priority: "high", requester: EVE },
    workflow: { id: "dddddddd-dddd-4ddd-8ddd-dddddddddddd", name: "Others", version: 1 },
    step: { key: "triage", name: "Triage", instruction: "Look at it." },
    role: "tts.agent",
    status: "in_progress",
    assignee: ADA,
    owner: CORA,
    origin: "allocation",
    assigned_at: at,
    started_at: at,
    closed_at: null,
    target_at: null,
    task_target_at: null,
    hold_reason: "",
    transitions: [
      { key: "done", name: "Done", note_required: false },
      { key: "back", name: "Send back", note_required: true },
    ],
    actions: ["act", "hold", "escalate"],
    ...changes,
  };
}

export function tracker(item: TaskItem): Tracker {
  return {
    task_id: item.task_id,
    status: "running",
    workflow: item.workflow,
    graph: {
      nodes: [
        { key: "triage", name: "Triage", role: "tts.agent", kind: "start", state: "active", at, by: ADA },
        { key: "end", name: "Done", role: "", kind: "end", state: "pending", at: null, by: null },
      ],
      edges: [{ from: "triage", to: "end", key: "done", name: "Done", taken: false }],
    },
    items: [
      {
        id: item.id,
        task_id: item.task_id,
        step: "triage",
        step_name: "Triage",
        role: item.role,
        origin: item.origin,
        status: item.status,
        assignee: ADA,
        entered_at: at,
        assigned_at: at,
        started_at: at,
        closed_at: null,
        closed_by: null,
        target_at: null,
        transition: "",
        transition_name: "",
        note: "",
        hold_reason: "",
      },
    ],
    owner: CORA,
    target_at: null,
  };
}
