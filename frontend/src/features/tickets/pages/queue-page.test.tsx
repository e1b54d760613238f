import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { FakeSocket } from "@/testing/fake-socket";
import { CORA, me, ticket, ticketRow } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { loggedIn, page, problem, server } from "@/testing/server";

const waiting = ticket({ actions: ["approve", "reject"] });

function queueOf(rows: () => ReturnType<typeof ticketRow>[]) {
  loggedIn(me("coordinator"));
  server.use(
    http.get("/api/v1/tickets/", ({ request }) => {
      expect(new URL(request.url).searchParams.get("scope")).toBe("approval");
      return page(rows());
    }),
    http.get("/api/v1/tickets/departments/", () => HttpResponse.json([{ slug: "it", name: "IT" }])),
    http.get("/api/v1/tickets/:number/", () => HttpResponse.json(waiting)),
  );
}

async function openApproval() {
  const { user } = renderApp("/queue");
  await user.click(await screen.findByRole("link", { name: /The printer is on fire/ }));
  await user.click(await screen.findByRole("button", { name: "Approve" }));
  return user;
}

async function confirm(user: Awaited<ReturnType<typeof openApproval>>) {
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Approve" }));
}

test("approving needs a priority and a department, sends both, and leaves the queue without the ticket", async () => {
  let sent: unknown = null;
  queueOf(() => (sent ? [] : [ticketRow()]));
  server.use(
    http.post("/api/v1/tickets/TTS-ABCD2345/approve/", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(ticket({ status: "open", priority: "high", department: "IT" }));
    }),
  );
  const user = await openApproval();
  await confirm(user);
  expect(await screen.findByText("Choose a priority.")).toBeVisible();
  expect(sent).toBeNull();

  await user.click(screen.getByRole("radio", { name: /High/ }));
  await user.selectOptions(screen.getByLabelText(/Department/), "IT");
  await confirm(user);
  await waitFor(() => expect(sent).toEqual({ priority: "high", department: "IT" }));
  expect(await screen.findByText("All decided")).toBeVisible();
});

test("a ticket that somebody else approved first is shown as such, with the present state one click away", async () => {
  queueOf(() => [ticketRow()]);
  server.use(
    http.post("/api/v1/tickets/TTS-ABCD2345/approve/", () => problem(409, "illegal_transition", { detail: "A ticket that is open cannot approve." })),
  );
  const user = await openApproval();
  await user.click(await screen.findByRole("radio", { name: /Low/ }));
  await user.selectOptions(screen.getByLabelText(/Department/), "IT");
  await confirm(user);
  expect(await screen.findByText("Somebody was faster")).toBeVisible();
  server.use(http.get("/api/v1/tickets/:number/", () => HttpResponse.json(ticket({ status: "open", owner: CORA }))));
  await user.click(screen.getByRole("button", { name: "Show the present state" }));
  expect(await screen.findByText("Somebody was faster: this ticket is decided.")).toBeVisible();
});

test("a new ticket appears by itself", async () => {
  let rows: ReturnType<typeof ticketRow>[] = [];
  queueOf(() => rows);
  renderApp("/queue");
  expect(await screen.findByText("All decided")).toBeVisible();
  FakeSocket.latest.acceptAt(1);
  rows = [ticketRow({ subject: "Filed just now" })];
  FakeSocket.latest.tell({ type: "event", topic: "approvals", number: 2, kind: "ticket.changed", body: {} });
  expect(await screen.findByText("Filed just now")).toBeVisible();
});

test("who may not approve is not shown the queue", async () => {
  loggedIn(me("employee"));
  renderApp("/queue");
  expect(await screen.findByText("This page is not for you")).toBeVisible();
  expect(screen.queryByRole("link", { name: "Approval queue" })).toBeNull();
});
