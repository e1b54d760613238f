import type { FormField } from "@/shared/api/types";
import { today } from "@/shared/time/format";
import { type FieldValue, type FormValues, isFilledIn, isLines, isOther, type Line, textOf } from "./form-values";
import { centsOf } from "./money";

/** Messages by path: "location", "costs.0.amount" – the paths that the server uses. */
export type FormErrors = Record<string, string>;

const TEXT_LENGTH = 200;
const TEXTAREA_LENGTH = 5_000;

/** What can be said without asking the server; it says the same, and has the last word. */
export function formErrors(form: FormField[], values: FormValues, now: Date): FormErrors {
  const errors: FormErrors = {};
  for (const field of form) {
    if (isFilledIn(field)) continue;
    const value = values[field.key];
    const error = errorOf(field, value, values, now);
    if (error) errors[field.key] = error;
    else if (isLines(value)) Object.assign(errors, lineErrors(field, value, values, now));
  }
  return errors;
}

function lineErrors(field: FormField, lines: Line[], values: FormValues, now: Date): FormErrors {
  const errors: FormErrors = {};
  sentLines(field, lines).forEach((line, row) => {
    for (const column of field.columns ?? []) {
      const error = errorOf(column, line.cells[column.key], { ...values, ...line.cells }, now);
      if (error) errors[`${field.key}.${row}.${column.key}`] = error;
    }
  });
  return errors;
}

/** Empty lines are not sent; the first of them is asked about where lines are required. Errors count the lines in this list. */
export function sentLines(field: FormField, lines: Line[]): Line[] {
  const filled = lines.filter((line) => Object.values(line.cells).some((cell) => textOf(cell) !== ""));
  return filled.length === 0 && field.required ? lines.slice(0, 1) : filled;
}

function errorOf(field: FormField, value: FieldValue | undefined, around: Record<string, FieldValue>, now: Date): string | null {
  const isEmpty = isLines(value) ? value.length === 0 : textOf(value) === "";
  if (isEmpty) return field.required || isOther(value) ? missing(field, value) : null;
  const text = textOf(value);
  switch (field.type) {
    case "text":
    case "person":
    case "choice":
      return text.length > TEXT_LENGTH ? `At most ${TEXT_LENGTH} characters.` : null;
    case "textarea":
      return text.length > TEXTAREA_LENGTH ? `At most ${TEXTAREA_LENGTH} characters.` : null;
    case "money":
      return centsOf(text) === null ? "An amount such as 1250.50." : null;
    case "number":
      return Number.isFinite(Number(text.replace(",", "."))) ? null : "This must be a number.";
    case "date":
    case "datetime":
      return dateError(field, text, around, now);
    default:
      return null;
  }
}

function missing(field: FormField, value: FieldValue | undefined): string {
  if (isOther(value)) return "Say which.";
  return field.type === "lines" ? "Add at least one line." : "This field is required.";
}

function dateError(field: FormField, text: string, around: Record<string, FieldValue>, now: Date): string | null {
  if (field.min_today && text.slice(0, 10) < today(now)) return "This date is in the past.";
  const start = field.after ? textOf(around[field.after]) : "";
  return start !== "" && text < start ? "This date lies before the start." : null;
}
