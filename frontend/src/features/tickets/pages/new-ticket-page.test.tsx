import { screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { me, ticket } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { loggedIn, page, problem, server } from "@/testing/server";

const others = {
  id: "eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee",
  slug: "assets",
  name: "Assets",
  description: "Borrow a device.",
  subcategories: [],
  fields: [
    {
      key: "location",
      label: "Location",
      type: "choice",
      required: true,
      help: "",
      options: [{ value: "hq", label: "Head Office" }],
      other_allowed: true,
    },
  ],
  is_active: true,
  position: 1,
  version: 1,
};

let sent: { key: string | null; body: unknown }[] = [];

beforeEach(() => {
  sent = [];
  loggedIn(me());
  server.use(
    http.get("/api/v1/categories/", () => HttpResponse.json([others])),
    http.get("/api/v1/tickets/:number/", () => HttpResponse.json(ticket())),
    http.get("/api/v1/comments/", () => page([])),
  );
});

function answering(reply: () => Response) {
  server.use(
    http.post("/api/v1/tickets/", async ({ request }) => {
      sent.push({ key: request.headers.get("Idempotency-Key"), body: await request.json() });
      return reply();
    }),
  );
}

async function fillIn() {
  const { user, router } = renderApp("/tickets/new");
  await user.click(await screen.findByRole("button", { name: /Assets/ }));
  await user.type(screen.getByLabelText(/Subject/), "A projector");
  await user.type(screen.getByLabelText(/Description/), "For Monday.");
  await user.selectOptions(screen.getByLabelText(/Location/), "Other…");
  await user.type(screen.getByLabelText("Location: other"), "The garden");
  return { user, router };
}

test("a filled form files one ticket and opens it; sending again after a broken line uses the same key", async () => {
  answering(() => (sent.length === 1 ? HttpResponse.error() : HttpResponse.json(ticket(), { status: 201 })));
  const { user, router } = await fillIn();
  await user.click(screen.getByRole("button", { name: "File the ticket" }));
  expect(await screen.findByText(/cannot be reached/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "File the ticket" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/tickets/TTS-ABCD2345"));
  expect(sent[1]).toEqual({
    key: sent[0]?.key,
    body: { category: "assets", subject: "A projector", description: "For Monday.", fields: { location: "The garden" }, attachments: [] },
  });
  expect(sessionStorage.getItem(`tts.new-ticket.${me().id}`)).toBeNull();
});

test("what the server says about a field stands at that field", async () => {
  answering(() => problem(400, "invalid_input", { fields: { "fields.location": ["We have no garden."] } }));
  const { user } = await fillIn();
  await user.click(screen.getByRole("button", { name: "File the ticket" }));
  expect(await screen.findByText("We have no garden.")).toBeVisible();
  await waitFor(() => expect(screen.getByLabelText("Location: other")).toHaveFocus());
});

test("nothing is sent while an answer is missing", async () => {
  answering(() => HttpResponse.json(ticket(), { status: 201 }));
  const { user } = renderApp("/tickets/new");
  await user.click(await screen.findByRole("button", { name: /Assets/ }));
  await user.click(screen.getByRole("button", { name: "File the ticket" }));
  expect(await screen.findByText("This field is required.")).toBeVisible();
  expect(sent).toEqual([]);
});

test("an unsent ticket is still there after the page was loaded again", async () => {
  await fillIn();
  document.body.replaceChildren();
  renderApp("/tickets/new");
  expect(await screen.findByLabelText(/Subject/)).toHaveValue("A projector");
  expect(screen.getByLabelText("Location: other")).toHaveValue("The garden");
});
