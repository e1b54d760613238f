import { http, HttpResponse } from "msw";
import { afterEach, expect, test } from "vitest";
import { answer, api } from "@/shared/api/client";
import { me } from "@/testing/fixtures";
import { problem, server } from "@/testing/server";
import { onSessionEvent, type SessionEvent } from "./session-events";

let renewals = 0;
let renewed = false;
const events: SessionEvent["kind"][] = [];
const stop = onSessionEvent(({ kind }) => events.push(kind));

afterEach(() => {
  renewals = 0;
  renewed = false;
  events.length = 0;
});

function expiredSession(refresh: () => Response) {
  server.use(
    http.get("/api/v1/auth/me/", () => (renewed ? HttpResponse.json(me()) : problem(401, "token_expired"))),
    http.get("/api/v1/notifications/unread-count/", () => (renewed ? HttpResponse.json({ unread: 3 }) : problem(401, "token_expired"))),
    http.post("/api/v1/auth/refresh/", () => {
      renewals += 1;
      return refresh();
    }),
  );
}

test("requests that fail together renew the session once, and are all sent again", async () => {
  expiredSession(() => {
    renewed = true;
    return HttpResponse.json({ user: me(), csrf_token: "c", expires_at: "2026-03-02T09:10:00Z" });
  });
  const answers = await Promise.all([
    answer(api.GET("/api/v1/auth/me/")),
    answer(api.GET("/api/v1/notifications/unread-count/")),
    answer(api.GET("/api/v1/auth/me/")),
  ]);
  expect(answers).toEqual([me(), { unread: 3 }, me()]);
  expect(renewals).toBe(1);
  expect(events).toEqual(["renewed"]);
});

test("a session that cannot be renewed is lost, and the first answer is given", async () => {
  expiredSession(() => problem(401, "refresh_reused"));
  await expect(answer(api.GET("/api/v1/auth/me/"))).rejects.toMatchObject({ status: 401, code: "token_expired" });
  expect(renewals).toBe(1);
  expect(events).toEqual(["lost"]);
});

test("a server that is down does not log anybody out", async () => {
  expiredSession(() => new HttpResponse(null, { status: 502 }));
  await expect(answer(api.GET("/api/v1/auth/me/"))).rejects.toMatchObject({ status: 401 });
  expect(events).toEqual([]);
});

test("a revoked session is not renewed", async () => {
  server.use(http.get("/api/v1/auth/me/", () => problem(401, "session_revoked")));
  await expect(answer(api.GET("/api/v1/auth/me/"))).rejects.toMatchObject({ code: "session_revoked" });
  expect(renewals).toBe(0);
  expect(events).toEqual(["lost"]);
});

test("unsafe requests carry the token of the CSRF cookie", async () => {
  document.cookie = "tts_csrf=abc%20d";
  let header: string | null = null;
  server.use(
    http.post("/api/v1/notifications/read-all/", ({ request }) => {
      header = request.headers.get("X-CSRF-Token");
      return HttpResponse.json({ unread: 0 });
    }),
  );
  await answer(api.POST("/api/v1/notifications/read-all/"));
  expect(header).toBe("abc d");
  document.cookie = "tts_csrf=; max-age=0";
  stop();
});
