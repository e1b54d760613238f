import { vi } from "vitest";

/** The server's end of the browser's socket. */
export class FakeSocket extends EventTarget {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: Record<string, unknown>[] = [];

  constructor(readonly url: string) {
    super();
    FakeSocket.all.push(this);
  }

  static get latest(): FakeSocket {
    const socket = FakeSocket.all.at(-1);
    if (!socket) throw new Error("Nobody opened a socket");
    return socket;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(code = 1000): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }

  accept(): void {
    this.readyState = FakeSocket.OPEN;
    this.dispatchEvent(new Event("open"));
  }

  tell(message: object): void {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) }));
  }

  /** Accepts, and answers every subscription so far and to come with this number. */
  acceptAt(number: number): void {
    this.accept();
    const answer = (message: Record<string, unknown>) => {
      if (message.type === "subscribe") this.tell({ type: "subscribed", topic: message.topic, number });
    };
    for (const message of this.sent) answer(message);
    const send = this.send.bind(this);
    this.send = (text) => {
      send(text);
      answer(JSON.parse(text) as Record<string, unknown>);
    };
  }
}

export function fakeSockets(): void {
  FakeSocket.all = [];
  vi.stubGlobal("WebSocket", FakeSocket);
}
