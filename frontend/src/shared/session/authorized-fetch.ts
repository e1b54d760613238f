import { csrfToken } from "./cookies";
import { renewSession } from "./renewal";
import { announce } from "./session-events";

const RENEWABLE = new Set(["not_authenticated", "token_expired", "token_outdated"]);
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** What to do after a 401: the same request again, or give the answer to the caller. */
export async function mayRetry(code: string, sentAt: number): Promise<boolean> {
  const renewal = RENEWABLE.has(code) ? await renewSession(sentAt) : "lost";
  if (renewal === "lost") announce({ kind: "lost" });
  return renewal === "renewed";
}

/** fetch with the CSRF header; an expired session is renewed once and the request sent again. */
export async function authorizedFetch(request: Request): Promise<Response> {
  const sentAt = Date.now();
  const response = await send(request.clone());
  if (response.status !== 401) return response;
  const code = await codeOf(response);
  if (code === "invalid_credentials") return response;
  return (await mayRetry(code, sentAt)) ? send(request) : response;
}

function send(request: Request): Promise<Response> {
  if (!SAFE_METHODS.has(request.method)) request.headers.set("X-CSRF-Token", csrfToken());
  return globalThis.fetch(request);
}

async function codeOf(response: Response): Promise<string> {
  const body = (await response
    .clone()
    .json()
    .catch(() => ({}))) as { code?: string };
  return body.code ?? "not_authenticated";
}
