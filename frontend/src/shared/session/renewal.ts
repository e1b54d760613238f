import type { Session } from "@/shared/api/types";
import { csrfToken } from "./cookies";
import { announce } from "./session-events";

export type Renewal = "renewed" | "lost" | "unreachable";

const LAST_RENEWED = "tts.renewed_at";
let running: Promise<Renewal> | null = null;

/**
 * Renews the session once, however many requests ask for it at the same moment. A refresh token may be used only once,
 * so tabs take turns as well: whoever comes second finds that the session is newer than his own failed request.
 */
export function renewSession(failedAt: number): Promise<Renewal> {
  running ??= takingTurns(() => renewUnlessNewer(failedAt)).finally(() => {
    running = null;
  });
  return running;
}

/** navigator.locks exists on secure origins only; elsewhere tabs cannot take turns. */
async function takingTurns(work: () => Promise<Renewal>): Promise<Renewal> {
  if (!("locks" in navigator)) return work();
  return await navigator.locks.request("tts.renewal", work);
}

async function renewUnlessNewer(failedAt: number): Promise<Renewal> {
  if (lastRenewed() > failedAt) return "renewed";
  const response = await fetch("/api/v1/auth/refresh/", { method: "POST", headers: { "X-CSRF-Token": csrfToken() } });
  if (response.ok) {
    rememberRenewal();
    announce({ kind: "renewed", session: (await response.json()) as Session });
    return "renewed";
  }
  return response.status === 401 || response.status === 403 ? "lost" : "unreachable";
}

function lastRenewed(): number {
  try {
    return Number(localStorage.getItem(LAST_RENEWED) ?? 0);
  } catch {
    return 0;
  }
}

function rememberRenewal(): void {
  try {
    localStorage.setItem(LAST_RENEWED, String(Date.now()));
  } catch {
    // Without storage each tab renews for itself.
  }
}
