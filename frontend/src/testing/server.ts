import { http, HttpResponse, type JsonBodyType } from "msw";
import { setupServer } from "msw/node";
import type { Me } from "@/shared/api/types";

export const server = setupServer();

export function problem(status: number, code: string, more: { detail?: string; fields?: Record<string, string[]> } = {}) {
  return HttpResponse.json({ type: "about:blank", title: code, status, code, detail: "", fields: {}, ...more }, { status });
}

export function page(results: JsonBodyType[], next: string | null = null) {
  return HttpResponse.json({ results, next });
}

/** What every page asks for. */
export function loggedIn(who: Me): void {
  server.use(
    http.get("/api/v1/auth/me/", () => HttpResponse.json(who)),
    http.get("/api/v1/notifications/unread-count/", () => HttpResponse.json({ unread: 0 })),
    http.get("/api/v1/categories/", () => HttpResponse.json([])),
  );
}
