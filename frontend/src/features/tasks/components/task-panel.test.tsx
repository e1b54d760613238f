import { screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import type { TaskItem } from "@/shared/api/types";
import { CORA, me, taskItem, ticket, tracker } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { loggedIn, page, problem, server } from "@/testing/server";

const starts: string[] = [];

function taskPage(role: "agent" | "coordinator", item: TaskItem) {
  starts.length = 0;
  loggedIn(me(role));
  server.use(
    http.get("/api/v1/tickets/:number/", () => HttpResponse.json(ticket({ status: "in_progress" }))),
    http.get("/api/v1/comments/", () => page([])),
    http.get("/api/v1/tasks/by-ticket/:number/", () => HttpResponse.json(tracker(item))),
    http.get("/api/v1/tasks/:id/", () => HttpResponse.json(item)),
    http.post("/api/v1/tasks/:id/start/", () => {
      starts.push(item.id);
      return HttpResponse.json(taskItem());
    }),
  );
  return renderApp(`/tasks/${item.id}`);
}

test("opening by the assignee starts the step, once", async () => {
  taskPage("agent", taskItem({ status: "new", actions: ["start", "act", "hold", "escalate"] }));
  await waitFor(() => expect(starts).toEqual([taskItem().id]));
});

test("opening by somebody else starts nothing", async () => {
  taskPage("coordinator", taskItem({ status: "new", actions: ["transfer"] }));
  expect(await screen.findByText("Look at it.")).toBeVisible();
  expect(starts).toEqual([]);
});

test("a transition that asks for a note is not taken without one", async () => {
  let sent: unknown = null;
  const { user } = taskPage("agent", taskItem());
  server.use(
    http.post("/api/v1/tasks/:id/act/", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(taskItem({ status: "done", actions: [], transitions: [] }));
    }),
  );
  await user.click(await screen.findByRole("button", { name: "Send back" }));
  expect(await screen.findByText("This step asks for a note.")).toBeVisible();
  expect(sent).toBeNull();
  await user.type(screen.getByLabelText("Note (optional)"), "The cable is missing");
  await user.click(screen.getByRole("button", { name: "Send back" }));
  await waitFor(() => expect(sent).toEqual({ transition: "back", note: "The cable is missing" }));
});

test("who acts second is told that somebody was faster", async () => {
  const { user } = taskPage("agent", taskItem());
  server.use(http.post("/api/v1/tasks/:id/act/", () => problem(409, "item_closed", { detail: "This step is done." })));
  await user.click(await screen.findByRole("button", { name: "Done" }));
  expect(await screen.findByText("Somebody was faster")).toBeVisible();
  expect(screen.getByRole("button", { name: "Show the present state" })).toBeVisible();
});

test("a step is transferred to a chosen person with a reason", async () => {
  let sent: unknown = null;
  const { user } = taskPage("coordinator", taskItem({ actions: ["transfer"] }));
  server.use(
    http.get("/api/v1/tasks/:id/candidates/", () => page([CORA])),
    http.post("/api/v1/tasks/:id/transfer/", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(taskItem({ assignee: CORA }));
    }),
  );
  await user.click(await screen.findByRole("button", { name: "More for this step" }));
  await user.click(await screen.findByRole("menuitem", { name: "Transfer" }));
  await user.selectOptions(await screen.findByLabelText(/To/), CORA.name);
  await user.type(screen.getByLabelText(/Why/), "Holidays");
  await user.click(screen.getByRole("button", { name: "Transfer" }));
  await waitFor(() => expect(sent).toEqual({ user_id: CORA.id, reason: "Holidays" }));
});
