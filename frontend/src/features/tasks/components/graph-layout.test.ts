import { expect, test } from "vitest";
import type { Tracker } from "@/shared/api/types";
import { layoutGraph } from "./graph-layout";

function node(key: string): Tracker["graph"]["nodes"][number] {
  return { key, name: key, role: "", kind: "step", state: "pending", at: null, by: null };
}

function edge(from: string, to: string, key = `${from}-${to}`): Tracker["graph"]["edges"][number] {
  return { from, to, key, name: key, taken: false };
}

test("steps stand below each other in the order of the way, also with a loop back and two ways to the same end", () => {
  const drawing = layoutGraph({
    nodes: [node("triage"), node("fix"), node("end")],
    edges: [edge("triage", "fix"), edge("fix", "triage"), edge("fix", "end", "good"), edge("fix", "end", "bad")],
  });
  expect(drawing.nodes.toSorted((a, b) => a.y - b.y).map(({ key }) => key)).toEqual(["triage", "fix", "end"]);
  expect(drawing.edges.map(({ path }) => path.startsWith("M"))).toEqual([true, true, true, true]);
  expect(new Set(drawing.edges.map(({ label }) => `${label.x} ${label.y}`)).size).toBe(4);
});
