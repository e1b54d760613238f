import type { Tracker } from "@/shared/api/types";
import { type Drawing, layoutGraph, type PlacedEdge, type PlacedNode } from "./graph-layout";
import classes from "./tracker.module.css";

const NAME_LETTERS = 23;

/** The pinned workflow as a picture. The list beside it says the same in words, so this is hidden from screen readers. */
export default function TrackerDrawing({ graph }: { graph: Tracker["graph"] }) {
  const drawing: Drawing = layoutGraph(graph);
  return (
    <svg
      className={classes.drawing}
      viewBox={`0 0 ${drawing.width} ${drawing.height}`}
      width={drawing.width}
      height={drawing.height}
      aria-hidden="true"
    >
      <defs>
        <Arrow id="arrow" className={classes.arrow} />
        <Arrow id="arrow-taken" className={classes.arrowTaken} />
      </defs>
      {drawing.edges.map((edge) => (
        <EdgePath key={edge.key} edge={edge} />
      ))}
      {drawing.edges.map((edge) => (
        <EdgeLabel key={edge.key} edge={edge} />
      ))}
      {drawing.nodes.map((node) => (
        <NodeBox key={node.key} node={node} />
      ))}
    </svg>
  );
}

function Arrow({ id, className }: { id: string; className: string | undefined }) {
  return (
    <marker id={id} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
      <path d="M0,0.5 L7.5,4 L0,7.5 z" className={className} />
    </marker>
  );
}

function EdgePath({ edge }: { edge: PlacedEdge }) {
  return (
    <path d={edge.path} className={classes.edge} data-taken={edge.taken || undefined} markerEnd={`url(#${edge.taken ? "arrow-taken" : "arrow"})`} />
  );
}

function EdgeLabel({ edge }: { edge: PlacedEdge }) {
  return (
    <text x={edge.label.x} y={edge.label.y + 4} className={classes.edgeLabel} data-taken={edge.taken || undefined}>
      {edge.name}
    </text>
  );
}

function NodeBox({ node }: { node: PlacedNode }) {
  const round = node.kind === "end" ? node.height / 2 : 9;
  const second = node.by?.name ?? (node.kind === "end" ? "" : roleName(node.role));
  return (
    <g
      transform={`translate(${node.x - node.width / 2} ${node.y - node.height / 2})`}
      className={classes.node}
      data-state={node.state}
      data-node={node.key}
    >
      <title>{node.name}</title>
      <rect width={node.width} height={node.height} rx={round} />
      <text x={node.width / 2} y={second ? 20 : 28} className={classes.nodeName}>
        {node.state === "done" ? "✓ " : ""}
        {shortened(node.name)}
      </text>
      {second && (
        <text x={node.width / 2} y={36} className={classes.nodeRole}>
          {shortened(second)}
        </text>
      )}
    </g>
  );
}

function shortened(text: string): string {
  return text.length > NAME_LETTERS ? `${text.slice(0, NAME_LETTERS - 1)}…` : text;
}

/** "tts.agent" → "agent" */
export function roleName(role: string): string {
  return role.split(".").at(-1) ?? role;
}
