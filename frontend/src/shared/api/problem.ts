/** An RFC 9457 answer. Screens switch on `code`, never on text. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string = "",
    readonly fields: Record<string, string[]> = {},
  ) {
    super(detail || title);
    this.name = "ProblemError";
  }
}

export function problemOf(status: number, body: unknown): ProblemError {
  const problem = isRecord(body) ? body : {};
  return new ProblemError(
    status,
    text(problem.code) || `http_${status}`,
    text(problem.title) || "The server could not answer",
    text(problem.detail),
    fieldsOf(problem.fields),
  );
}

/** Somebody else changed the thing first: the screen offers to load it again. */
export function isOvertaken(error: unknown): boolean {
  return error instanceof ProblemError && (error.status === 409 || error.status === 412);
}

export function isMissing(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 404;
}

export function messageOf(error: unknown): string {
  if (error instanceof ProblemError) {
    if (error.status === 429) return "Too many requests. Wait a moment and try again.";
    return error.detail || error.title;
  }
  return "The server cannot be reached. Check your connection and try again.";
}

/** One message per field, as forms want them. */
export function fieldErrorsOf(error: unknown): Record<string, string> {
  if (!(error instanceof ProblemError)) return {};
  return Object.fromEntries(Object.entries(error.fields).map(([key, messages]) => [key, messages.join(" ")]));
}

function fieldsOf(value: unknown): Record<string, string[]> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([key, messages]) => [key, Array.isArray(messages) ? messages.map(String) : [String(messages)]]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
