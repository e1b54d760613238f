import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeSocket, fakeSockets } from "@/testing/fake-socket";
import { type LiveEvent, LiveSocket } from "./live-socket";

let live: LiveSocket;
let hasSession = true;

beforeEach(() => {
  vi.useFakeTimers();
  fakeSockets();
  hasSession = true;
  live = new LiveSocket("ws://here/ws/", () => Promise.resolve(hasSession));
  live.start();
});

afterEach(() => {
  live.stop();
  vi.useRealTimers();
});

function listen(topic: string) {
  const heard: number[] = [];
  let resyncs = 0;
  const stop = live.subscribe(topic, {
    onEvent: ({ number }: LiveEvent) => heard.push(number),
    onResync: () => {
      resyncs += 1;
    },
  });
  return { heard, stop, resyncs: () => resyncs };
}

function event(topic: string, number: number) {
  return { type: "event", topic, number, kind: "comment.posted", body: {} };
}

test("after a lost line each topic is subscribed again from its last number, and nothing is heard twice", async () => {
  const { heard, resyncs } = listen("me");
  FakeSocket.latest.acceptAt(7);
  expect(FakeSocket.latest.sent).toEqual([{ type: "subscribe", topic: "me", after: null }]);
  FakeSocket.latest.tell(event("me", 8));
  FakeSocket.latest.tell(event("me", 9));
  FakeSocket.latest.close(1006);
  expect(live.state).toBe("offline");

  await vi.advanceTimersByTimeAsync(500);
  FakeSocket.latest.accept();
  expect(FakeSocket.latest.sent).toEqual([{ type: "subscribe", topic: "me", after: 9 }]);
  FakeSocket.latest.tell(event("me", 9));
  FakeSocket.latest.tell(event("me", 10));
  FakeSocket.latest.tell({ type: "subscribed", topic: "me", number: 10 });
  expect(heard).toEqual([8, 9, 10]);
  expect(resyncs()).toBe(1);
});

test("when too much was missed everything shown is fetched again", () => {
  const { resyncs } = listen("me");
  FakeSocket.latest.acceptAt(7);
  FakeSocket.latest.tell({ type: "resync", topic: "me" });
  FakeSocket.latest.tell({ type: "subscribed", topic: "me", number: 900 });
  expect(resyncs()).toBe(2);
});

test("two listeners of a topic share one subscription, which ends with the last of them", () => {
  FakeSocket.latest.acceptAt(1);
  const first = listen("tasks");
  const second = listen("tasks");
  first.stop();
  second.stop();
  expect(FakeSocket.latest.sent).toEqual([
    { type: "subscribe", topic: "tasks", after: null },
    { type: "unsubscribe", topic: "tasks" },
  ]);
});

test("a ticket that is not known yet is asked for again", async () => {
  listen("ticket:1");
  FakeSocket.latest.accept();
  FakeSocket.latest.tell({ type: "error", code: "ticket_not_known_yet", topic: "ticket:1" });
  await vi.advanceTimersByTimeAsync(1000);
  expect(FakeSocket.latest.sent).toHaveLength(2);
});

test("a refused handshake asks for the session first, and gives up when there is none", async () => {
  hasSession = false;
  FakeSocket.latest.close(1006);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(FakeSocket.all).toHaveLength(1);
});

test("a revoked session comes back only if it can be renewed", async () => {
  FakeSocket.latest.accept();
  FakeSocket.latest.close(4401);
  await vi.advanceTimersByTimeAsync(1000);
  expect(FakeSocket.all).toHaveLength(2);
});

test("the pause between two tries doubles up to half a minute", async () => {
  vi.spyOn(Math, "random").mockReturnValue(1);
  const pauses: number[] = [];
  for (let tries = 0; tries < 9; tries += 1) {
    const before = FakeSocket.all.length;
    FakeSocket.latest.close(1006);
    let waited = 0;
    while (FakeSocket.all.length === before) {
      await vi.advanceTimersByTimeAsync(500);
      waited += 500;
    }
    pauses.push(waited);
  }
  expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test("an unanswered ping ends a line that is dead without being closed", async () => {
  FakeSocket.latest.accept();
  await vi.advanceTimersByTimeAsync(25_000);
  FakeSocket.latest.tell({ type: "pong" });
  await vi.advanceTimersByTimeAsync(25_000);
  expect(live.state).toBe("live");
  await vi.advanceTimersByTimeAsync(25_000);
  expect(live.state).toBe("offline");
});
