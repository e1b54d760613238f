import type { Session } from "@/shared/api/types";

export type SessionEvent = { kind: "renewed"; session: Session } | { kind: "lost" };

const listeners = new Set<(event: SessionEvent) => void>();

export function onSessionEvent(listener: (event: SessionEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function announce(event: SessionEvent): void {
  for (const listener of listeners) listener(event);
}
