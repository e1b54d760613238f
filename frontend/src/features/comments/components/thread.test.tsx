import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { FakeSocket } from "@/testing/fake-socket";
import { ADA, comment, EVE, me, taskItem, ticket, tracker } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { loggedIn, page, problem, server } from "@/testing/server";

const PATH = "/tickets/TTS-ABCD2345";
const topic = `ticket:${ticket().id}`;

function ticketPage(role: "employee" | "agent", comments: () => ReturnType<typeof comment>[]) {
  loggedIn(me(role));
  server.use(
    http.get("/api/v1/tickets/:number/", () => HttpResponse.json(ticket({ status: "in_progress" }))),
    http.get("/api/v1/comments/", () => page(comments())),
    http.get("/api/v1/tasks/by-ticket/:number/", () => HttpResponse.json(tracker(taskItem()))),
    http.get("/api/v1/tasks/:id/", () => HttpResponse.json(taskItem())),
  );
}

function messages(): string[] {
  return screen.getAllByRole("article").map((article) => within(article).getByText(/^Message/).textContent ?? "");
}

test("messages stand oldest first, and an internal note is named as one", async () => {
  ticketPage("agent", () => [comment(3), comment(2, { visibility: "internal" }), comment(1, { author: EVE })]);
  renderApp(PATH);
  expect(await screen.findByText("Message 3")).toBeVisible();
  expect(messages()).toEqual(["Message 1", "Message 2", "Message 3"]);
  expect(screen.getByRole("article", { name: "Internal note from Ada Agent" })).toBeVisible();
});

test("a message that is told live appears once, also when the answer to a fetch brings it again", async () => {
  let comments = [comment(1)];
  ticketPage("employee", () => comments);
  renderApp(PATH);
  await screen.findByText("Message 1");
  FakeSocket.latest.acceptAt(5);
  comments = [comment(2), comment(1)];
  FakeSocket.latest.tell({ type: "event", topic, number: 6, kind: "comment.posted", body: comment(2) });
  FakeSocket.latest.tell({ type: "resync", topic });
  FakeSocket.latest.tell({ type: "subscribed", topic, number: 7 });
  expect(await screen.findByText("Message 2")).toBeVisible();
  await waitFor(() => expect(messages()).toEqual(["Message 1", "Message 2"]));
});

test("Ctrl+Enter sends, a failed message stays in the box and goes out again under the same key", async () => {
  const keys: (string | null)[] = [];
  ticketPage("employee", () => []);
  server.use(
    http.post("/api/v1/comments/", async ({ request }) => {
      keys.push(request.headers.get("Idempotency-Key"));
      const body = (await request.json()) as { body: string; visibility: string };
      if (keys.length === 1) return problem(503, "unavailable", { detail: "Try later." });
      return HttpResponse.json(comment(1, { author: EVE, mine: true, body: body.body, html: `<p>${body.body}</p>` }), { status: 201 });
    }),
  );
  const { user } = renderApp(PATH);
  const box = await screen.findByRole("textbox", { name: "Reply" });
  await user.type(box, "Message from me");
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText("Try later.")).toBeVisible();
  expect(box).toHaveValue("Message from me");
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() => expect(box).toHaveValue(""));
  expect(messages()).toEqual(["Message from me"]);
  expect(keys[0]).toBe(keys[1]);
});

test("a requester is offered no internal notes; an agent writes one after e", async () => {
  ticketPage("agent", () => []);
  const { user } = renderApp(PATH);
  await screen.findByRole("textbox", { name: "Reply" });
  await user.keyboard("e");
  expect(await screen.findByRole("textbox", { name: "Internal note" })).toHaveFocus();
});

test("the requester himself has no switch to internal notes", async () => {
  ticketPage("employee", () => []);
  renderApp(PATH);
  await screen.findByRole("textbox", { name: "Reply" });
  expect(screen.queryByText("Internal note")).toBeNull();
});

test("it is said who is typing, but not that I am", async () => {
  ticketPage("employee", () => []);
  renderApp(PATH);
  await screen.findByRole("textbox", { name: "Reply" });
  FakeSocket.latest.acceptAt(5);
  FakeSocket.latest.tell({ type: "typing", topic, person: EVE });
  FakeSocket.latest.tell({ type: "typing", topic, person: ADA });
  expect(await screen.findByText("Ada Agent is typing…")).toBeVisible();
});
