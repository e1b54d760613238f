/**
 * The browser's one socket: subscriptions by topic, each with the last number seen, so that a reconnect gets exactly what was missed.
 *
 * Our own hundred lines rather than a library: reconnecting is the small part of it, and a library's outbox of unsent messages is
 * wrong here, for after a reconnect each topic has to be subscribed again with its newest number.
 */
export type LiveEvent = { topic: string; number: number; kind: string; body: Record<string, unknown> };
/** `refused`: the server wants no socket from this page; it is not asked again. */
export type LiveState = "connecting" | "live" | "offline" | "refused" | "stopped";

export type TopicListener = {
  onEvent: (event: LiveEvent) => void;
  /** Events may have been missed: what is shown has to be fetched again. */
  onResync?: () => void;
  onTyping?: (person: { id: string; name: string }) => void;
};

type ServerMessage =
  | { type: "subscribed"; topic: string; number: number }
  | ({ type: "event" } & LiveEvent)
  | { type: "resync"; topic: string }
  | { type: "typing"; topic: string; person: { id: string; name: string } }
  | { type: "error"; code: string; topic?: string }
  | { type: "pong" };

/** `synced`: nothing that happened since the last fetch can have been missed. */
type Topic = { listeners: Set<TopicListener>; number: number | null; synced: boolean };

const NOT_KNOWN_YET = "ticket_not_known_yet";
const KNOWN_SOON = 1000;
const CLOSE_REVOKED = 4401;
const CLOSE_FORBIDDEN = 4403;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
const PING_EVERY = 25_000;

export class LiveSocket {
  private socket: WebSocket | null = null;
  private topics = new Map<string, Topic>();
  private stateListeners = new Set<() => void>();
  private attempts = 0;
  private answered = true;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private pingTimer: ReturnType<typeof setInterval> | undefined;
  state: LiveState = "stopped";

  /** `hasSession`: asked after the server refused or ended the socket, renews the session if it can; false keeps the socket closed. */
  constructor(
    private readonly url: string,
    private readonly hasSession: () => Promise<boolean>,
  ) {}

  start(): void {
    if (this.state !== "stopped") return;
    this.attempts = 0;
    window.addEventListener("online", this.reconnectNow);
    this.connect();
  }

  stop(): void {
    window.removeEventListener("online", this.reconnectNow);
    clearTimeout(this.retryTimer);
    clearInterval(this.pingTimer);
    const socket = this.socket;
    this.socket = null;
    socket?.close(1000);
    for (const topic of this.topics.values()) forget(topic);
    this.setState("stopped");
  }

  subscribe(name: string, listener: TopicListener): () => void {
    const topic = this.topics.get(name) ?? { listeners: new Set(), number: null, synced: false };
    this.topics.set(name, topic);
    topic.listeners.add(listener);
    if (topic.listeners.size === 1) this.send({ type: "subscribe", topic: name, after: topic.number });
    return () => {
      topic.listeners.delete(listener);
      if (topic.listeners.size > 0) return;
      this.topics.delete(name);
      this.send({ type: "unsubscribe", topic: name });
    };
  }

  typing(topic: string, visibility: "public" | "internal"): void {
    this.send({ type: "typing", topic, visibility });
  }

  onState = (listener: () => void): (() => void) => {
    this.stateListeners.add(listener);
    return () => this.stateListeners.delete(listener);
  };

  private connect(): void {
    this.setState("connecting");
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.addEventListener("open", () => this.opened(socket));
    socket.addEventListener("message", (message) => this.received(socket, JSON.parse(String(message.data)) as ServerMessage));
    socket.addEventListener("close", (close) => this.closed(socket, close.code));
  }

  private opened(socket: WebSocket): void {
    if (socket !== this.socket) return;
    this.attempts = 0;
    this.setState("live");
    for (const [topic, { number }] of this.topics) this.send({ type: "subscribe", topic, after: number });
    this.answered = true;
    clearInterval(this.pingTimer);
    this.pingTimer = setInterval(() => this.ping(), PING_EVERY);
  }

  private received(socket: WebSocket, message: ServerMessage): void {
    if (socket !== this.socket) return;
    if (message.type === "pong") this.answered = true;
    if (!("topic" in message) || message.topic === undefined) return;
    const topic = this.topics.get(message.topic);
    if (!topic) return;
    if (message.type === "subscribed") this.subscribed(topic, message.number);
    if (message.type === "event") this.happened(topic, message);
    if (message.type === "resync") forget(topic);
    if (message.type === "typing") for (const listener of topic.listeners) listener.onTyping?.(message.person);
    if (message.type === "error" && message.code === NOT_KNOWN_YET) this.subscribeLater(message.topic);
  }

  /** The first answer for a topic: whatever was fetched before it may lack what happened in between. */
  private subscribed(topic: Topic, number: number): void {
    topic.number = Math.max(number, topic.number ?? 0);
    if (topic.synced) return;
    topic.synced = true;
    for (const listener of topic.listeners) listener.onResync?.();
  }

  private happened(topic: Topic, event: LiveEvent): void {
    if (topic.number !== null && event.number <= topic.number) return;
    topic.number = event.number;
    for (const listener of topic.listeners) listener.onEvent(event);
  }

  /** A ticket that was filed a moment ago: its news reaches the socket's service a little later. */
  private subscribeLater(name: string): void {
    setTimeout(() => {
      const topic = this.topics.get(name);
      if (topic) this.send({ type: "subscribe", topic: name, after: topic.number });
    }, KNOWN_SOON);
  }

  /** A line can be dead without being closed: an unanswered ping ends it. */
  private ping(): void {
    if (!this.answered) {
      this.socket?.close();
      return;
    }
    this.answered = false;
    this.send({ type: "ping" });
  }

  private closed(socket: WebSocket, code: number): void {
    if (socket !== this.socket) return;
    const refused = this.state === "connecting";
    this.socket = null;
    clearInterval(this.pingTimer);
    this.setState(code === CLOSE_FORBIDDEN ? "refused" : "offline");
    if (code === CLOSE_FORBIDDEN) return;
    if (refused || code === CLOSE_REVOKED) void this.reconnectIfAllowed();
    else this.reconnectLater();
  }

  /** A browser does not say why a handshake failed: it may be the server, or a session that has to be renewed. */
  private async reconnectIfAllowed(): Promise<void> {
    const allowed = await this.hasSession().catch(() => true);
    if (allowed && this.state === "offline") this.reconnectLater();
  }

  /** Doubling with full jitter, so that a restarted server is not met by everybody at once. */
  private reconnectLater(): void {
    const ceiling = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.attempts);
    this.attempts += 1;
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => this.connect(), ceiling / 2 + (Math.random() * ceiling) / 2);
  }

  private reconnectNow = (): void => {
    if (this.state !== "offline") return;
    clearTimeout(this.retryTimer);
    this.connect();
  };

  private send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private setState(state: LiveState): void {
    this.state = state;
    for (const listener of this.stateListeners) listener();
  }
}

function forget(topic: Topic): void {
  topic.number = null;
  topic.synced = false;
}
