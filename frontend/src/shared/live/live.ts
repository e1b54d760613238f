import { createContext, use, useEffect, useEffectEvent, useSyncExternalStore } from "react";
import { type LiveEvent, LiveSocket, type LiveState } from "./live-socket";
import { authorizedFetch } from "@/shared/session/authorized-fetch";

export function createLiveSocket(): LiveSocket {
  const scheme = window.location.protocol === "https:" ? "wss" : "ws";
  return new LiveSocket(`${scheme}://${window.location.host}/ws/`, hasSession);
}

/** Asks who we are, which renews an expired session on the way. */
async function hasSession(): Promise<boolean> {
  const response = await authorizedFetch(new Request(new URL("/api/v1/auth/me/", window.location.origin)));
  return response.status !== 401;
}

export const LiveContext = createContext<LiveSocket | null>(null);

type Handlers = {
  onEvent: (event: LiveEvent) => void;
  onResync: () => void;
  onTyping?: (person: { id: string; name: string }) => void;
};

/** Listens to a topic while the component is shown. */
export function useLiveTopic(topic: string | null, handlers: Handlers): void {
  const live = use(LiveContext);
  const onEvent = useEffectEvent(handlers.onEvent);
  const onResync = useEffectEvent(handlers.onResync);
  const onTyping = useEffectEvent((person: { id: string; name: string }) => handlers.onTyping?.(person));
  useEffect(() => {
    if (live === null || topic === null) return undefined;
    return live.subscribe(topic, { onEvent: (event) => onEvent(event), onResync: () => onResync(), onTyping: (person) => onTyping(person) });
  }, [live, topic]);
}

export function useLiveState(): LiveState {
  const live = use(LiveContext);
  return useSyncExternalStore(
    (listener) => live?.onState(listener) ?? (() => undefined),
    () => live?.state ?? "stopped",
  );
}

export function useTyping(topic: string): (visibility: "public" | "internal") => void {
  const live = use(LiveContext);
  return (visibility) => live?.typing(topic, visibility);
}
