type Tone = "neutral" | "info" | "working" | "waiting" | "good" | "bad";

const STATES: Record<string, { label: string; tone: Tone }> = {
  new: { label: "New", tone: "info" },
  in_progress: { label: "In progress", tone: "working" },
  held: { label: "On hold", tone: "waiting" },
  done: { label: "Done", tone: "good" },
  escalated: { label: "Escalated", tone: "bad" },
  transferred: { label: "Transferred", tone: "neutral" },
  cancelled: { label: "Cancelled", tone: "neutral" },
};

export function stateOf(status: string): { label: string; tone: Tone } {
  return STATES[status] ?? { label: status, tone: "neutral" };
}
