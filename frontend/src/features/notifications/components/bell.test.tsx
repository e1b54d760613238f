import { screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { FakeSocket } from "@/testing/fake-socket";
import { me, notice, ticket } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { loggedIn, page, server } from "@/testing/server";

let notices: ReturnType<typeof notice>[] = [];

function unread(): number {
  return notices.filter(({ read_at }) => read_at === null).length;
}

function read(which: (id: string) => boolean) {
  notices = notices.map((one) => (which(one.id) ? { ...one, read_at: "2026-03-02T10:00:00Z" } : one));
}

function bellOf(first: ReturnType<typeof notice>[]) {
  notices = first;
  loggedIn(me());
  server.use(
    http.get("/api/v1/tickets/", () => page([])),
    http.get("/api/v1/tickets/:number/", () => HttpResponse.json(ticket())),
    http.get("/api/v1/comments/", () => page([])),
    http.get("/api/v1/notifications/unread-count/", () => HttpResponse.json({ unread: unread() })),
    http.get("/api/v1/notifications/", () => page(notices)),
    http.post("/api/v1/notifications/:id/read/", ({ params }) => {
      read((id) => id === params.id);
      return HttpResponse.json(notices.find(({ id }) => id === params.id));
    }),
    http.post("/api/v1/notifications/read-all/", () => {
      read(() => true);
      return HttpResponse.json({ unread: 0 });
    }),
  );
}

test("a notice that arrives is counted at once", async () => {
  bellOf([]);
  renderApp("/tickets");
  await screen.findByRole("button", { name: "Notifications" });
  FakeSocket.latest.acceptAt(1);
  notices = [notice(1)];
  FakeSocket.latest.tell({ type: "event", topic: "me", number: 2, kind: "notice.created", body: notice(1) });
  expect(await screen.findByRole("button", { name: "Notifications, 1 unread" })).toBeVisible();
});

test("opening a notice reads it and leads to its page", async () => {
  bellOf([notice(2), notice(1)]);
  const { user, router } = renderApp("/tickets");
  await user.click(await screen.findByRole("button", { name: "Notifications, 2 unread" }));
  await user.click(await screen.findByRole("link", { name: /Notice 2/ }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/tickets/TTS-ABCD2345"));
  expect(await screen.findByRole("button", { name: "Notifications, 1 unread" })).toBeVisible();
});

test("one notice or all of them are marked as read", async () => {
  bellOf([notice(3), notice(2), notice(1)]);
  const { user } = renderApp("/tickets");
  await user.click(await screen.findByRole("button", { name: "Notifications, 3 unread" }));
  await user.click(await screen.findByRole("button", { name: "Mark as read: Notice 3" }));
  await waitFor(() => expect(screen.getByRole("button", { name: "Notifications, 2 unread" })).toBeVisible());
  await user.click(screen.getByRole("button", { name: "Mark all as read" }));
  await waitFor(() => expect(screen.getByRole("button", { name: "Notifications" })).toBeVisible());
});

test("what is read on another device is read here", async () => {
  bellOf([notice(1)]);
  renderApp("/tickets");
  await screen.findByRole("button", { name: "Notifications, 1 unread" });
  FakeSocket.latest.acceptAt(1);
  read(() => true);
  FakeSocket.latest.tell({ type: "event", topic: "me", number: 2, kind: "notice.read", body: { unread: 0 } });
  expect(await screen.findByRole("button", { name: "Notifications" })).toBeVisible();
});
