import { Graph, layout } from "@dagrejs/dagre";
import type { Tracker } from "@/shared/api/types";

type Point = { x: number; y: number };
export type GraphNode = Tracker["graph"]["nodes"][number];
export type GraphEdge = Tracker["graph"]["edges"][number];
export type PlacedNode = GraphNode & Point & { width: number; height: number };
export type PlacedEdge = GraphEdge & { path: string; label: Point };
export type Drawing = { width: number; height: number; nodes: PlacedNode[]; edges: PlacedEdge[] };

const NODE = { width: 176, height: 46 };
const MARGIN = 14;
const LABEL_HEIGHT = 16;
const LETTER_WIDTH = 6.2;

/** Places a workflow from top to bottom. Pure. */
export function layoutGraph(graph: Tracker["graph"]): Drawing {
  const dagre = new Graph({ multigraph: true });
  dagre.setGraph({ rankdir: "TB", nodesep: 28, ranksep: 34, edgesep: 14, marginx: MARGIN, marginy: MARGIN });
  for (const node of graph.nodes) dagre.setNode(node.key, { ...NODE });
  for (const edge of graph.edges) {
    dagre.setEdge(edge.from, edge.to, { width: edge.name.length * LETTER_WIDTH, height: LABEL_HEIGHT, labelpos: "c" }, edge.key);
  }
  layout(dagre);
  const { width = 0, height = 0 } = dagre.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    nodes: graph.nodes.map((node) => ({ ...node, ...NODE, ...placeOf(dagre.node(node.key)) })),
    edges: graph.edges.map((edge) => placedEdge(edge, dagre.edge(edge.from, edge.to, edge.key) as { points: Point[] } & Partial<Point>)),
  };
}

function placeOf(place: unknown): Point {
  const { x, y } = place as Point;
  return { x, y };
}

function placedEdge(edge: GraphEdge, { points, x, y }: { points: Point[] } & Partial<Point>): PlacedEdge {
  const middle = points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
  return { ...edge, path: smooth(points), label: { x: x ?? middle.x, y: y ?? middle.y } };
}

/** A curve through the points: straight to the first middle, then bent around each corner. */
function smooth(points: Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${at(first)}`;
  rest.forEach((point, index) => {
    const next = rest[index + 1];
    path += next ? ` Q${at(point)} ${at({ x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 })}` : ` L${at(point)}`;
  });
  return path;
}

function at({ x, y }: Point): string {
  return `${x.toFixed(1)},${y.toFixed(1)}`;
}
