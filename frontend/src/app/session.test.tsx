import { screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { safePath } from "@/features/session/pages/login-page";
import { me, ticketRow } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { loggedIn, page, problem, server } from "@/testing/server";

test("who is not logged in logs in first and comes to the page he wanted", async () => {
  server.use(
    http.get("/api/v1/auth/me/", () => problem(401, "not_authenticated")),
    http.post("/api/v1/auth/refresh/", () => problem(401, "not_authenticated")),
    http.post("/api/v1/auth/login/", async ({ request }) => {
      const { password } = (await request.json()) as { password: string };
      return password === "right"
        ? HttpResponse.json({ user: me(), csrf_token: "c", expires_at: "2026-03-02T09:10:00Z" })
        : problem(401, "invalid_credentials");
    }),
  );
  const { user, router } = renderApp("/tickets?tab=closed");
  await user.type(await screen.findByLabelText(/E-mail/), "employee@demo.tts");
  await user.type(screen.getByLabelText(/^Password/), "wrong");
  await user.click(screen.getByRole("button", { name: "Log in" }));
  expect(await screen.findByText("This e-mail and password do not belong together.")).toBeVisible();

  loggedIn(me());
  server.use(http.get("/api/v1/tickets/", () => page([])));
  await user.clear(screen.getByLabelText(/^Password/));
  await user.type(screen.getByLabelText(/^Password/), "right");
  await user.click(screen.getByRole("button", { name: "Log in" }));
  await waitFor(() => expect(router.state.location.pathname + router.state.location.search).toBe("/tickets?tab=closed"));
});

test("after logging out nothing of the person is left, on the screen or in the cache", async () => {
  loggedIn(me());
  server.use(
    http.get("/api/v1/tickets/", () => page([ticketRow()])),
    http.post("/api/v1/auth/logout/", () => new HttpResponse(null, { status: 204 })),
  );
  const { user, router, queryClient } = renderApp("/tickets");
  await screen.findByText("The printer is on fire");
  await user.click(screen.getByRole("button", { name: /menu/ }));
  await user.click(await screen.findByRole("menuitem", { name: "Log out" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/login"));
  expect(
    queryClient
      .getQueryCache()
      .getAll()
      .map(({ queryKey }) => queryKey),
  ).toEqual([["me"]]);
});

test("a return path leads only into this application", () => {
  expect(safePath("/tickets/1")).toBe("/tickets/1");
  expect(safePath("//evil.example")).toBe("/");
  expect(safePath("/\\evil.example")).toBe("/");
  expect(safePath("https://evil.example")).toBe("/");
  expect(safePath(null)).toBe("/");
});

test("keys lead through the application, but not while typing nor when they are switched off", async () => {
  loggedIn(me());
  server.use(http.get("/api/v1/tickets/", () => page([ticketRow(), ticketRow({ id: "2", number: "TTS-2", subject: "Second" })])));
  const { user, router } = renderApp("/tickets");
  await screen.findByText("Second");
  await user.keyboard("j");
  expect(screen.getByRole("link", { name: /printer/ })).toHaveFocus();
  await user.keyboard("j");
  expect(screen.getByRole("link", { name: /Second/ })).toHaveFocus();

  await user.click(screen.getByRole("searchbox", { name: "Search tickets" }));
  await user.keyboard("c");
  expect(router.state.location.pathname).toBe("/tickets");
  (document.activeElement as HTMLElement).blur();

  await user.click(screen.getByRole("button", { name: /menu/ }));
  await user.click(await screen.findByRole("menuitemcheckbox", { name: "Keyboard shortcuts" }));
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
  await user.keyboard("c");
  expect(router.state.location.pathname).toBe("/tickets");

  await user.click(screen.getByRole("button", { name: /menu/ }));
  await user.click(await screen.findByRole("menuitemcheckbox", { name: "Keyboard shortcuts" }));
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
  await user.keyboard("c");
  expect(router.state.location.pathname).toBe("/tickets/new");
});

test("a page that cannot be loaded says so and loads on demand", async () => {
  loggedIn(me());
  let broken = true;
  server.use(
    http.get("/api/v1/tickets/", () => (broken ? problem(503, "unavailable", { detail: "The database is resting." }) : page([ticketRow()]))),
  );
  const { user } = renderApp("/tickets");
  expect(await screen.findByText("The database is resting.")).toBeVisible();
  broken = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("The printer is on fire")).toBeVisible();
});
