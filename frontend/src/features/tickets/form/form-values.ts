import type { FormField } from "@/shared/api/types";
import { newId } from "@/shared/new-id";
import { fromLocalInput, toLocalInput } from "@/shared/time/format";
import { totalOf } from "./money";

/** A choice answered with words of one's own. */
export type OtherChoice = { other: string };
export type CellValue = string | OtherChoice;
export type Line = { id: string; cells: Record<string, CellValue> };
export type FieldValue = CellValue | Line[];
export type FormValues = Record<string, FieldValue>;

export function isLines(value: FieldValue | undefined): value is Line[] {
  return Array.isArray(value);
}

export function isOther(value: FieldValue | undefined): value is OtherChoice {
  return typeof value === "object" && !Array.isArray(value);
}

/** The text of an answer, whichever way it was given. */
export function textOf(value: FieldValue | undefined): string {
  if (value === undefined || isLines(value)) return "";
  return (isOther(value) ? value.other : value).trim();
}

/** The server answers these fields itself. */
export function isFilledIn(field: FormField): boolean {
  return Boolean(field.computed) || field.autofill != null;
}

export function emptyLine(): Line {
  return { id: newId(), cells: {} };
}

/** What a fresh form shows: one empty line where lines are asked for, and the person himself where a person is. */
export function initialValues(form: FormField[], myName: string): FormValues {
  const values: FormValues = {};
  for (const field of form) {
    if (field.type === "lines") values[field.key] = [emptyLine()];
    if (field.type === "person") values[field.key] = myName;
  }
  return values;
}

/** The options that are left after the choice that this one depends on. */
export function optionsOf(field: FormField, around: Record<string, FieldValue>): { value: string; label: string }[] {
  const parent = field.depends_on ? textOf(around[field.depends_on]) : "";
  return field.options.filter((option) => !option.depends_value || option.depends_value === parent);
}

/** What the server will fill in, shown beforehand. */
export function filledIn(field: FormField, values: FormValues): string {
  if (field.autofill) return field.autofill.values[textOf(values[field.autofill.from])] ?? "";
  const [lines = "", column = ""] = (field.computed ?? "").replace(/^sum:/, "").split(".");
  const rows = values[lines];
  return totalOf(isLines(rows) ? rows.map((row) => textOf(row.cells[column])) : []);
}

/** A new answer; choices that depend on it and no longer fit are emptied. */
export function withAnswer(form: FormField[], values: FormValues, key: string, value: FieldValue): FormValues {
  let next: FormValues = { ...values, [key]: value };
  for (const field of form) {
    if (field.columns) next = { ...next, [field.key]: linesWithoutMisfits(field, next) };
    else if (field.depends_on && misfits(field, next[field.key], next)) next = { ...next, [field.key]: "" };
  }
  return next;
}

function linesWithoutMisfits(field: FormField, values: FormValues): Line[] {
  const rows = values[field.key];
  return isLines(rows) ? rows.map((row) => ({ ...row, cells: cellsWithoutMisfits(field.columns ?? [], row.cells, values) })) : [];
}

function cellsWithoutMisfits(columns: FormField[], cells: Record<string, CellValue>, values: FormValues): Record<string, CellValue> {
  const next = { ...cells };
  for (const column of columns) {
    if (column.depends_on && misfits(column, next[column.key], { ...values, ...next })) next[column.key] = "";
  }
  return next;
}

function misfits(field: FormField, value: FieldValue | undefined, around: Record<string, FieldValue>): boolean {
  if (isOther(value) || textOf(value) === "") return false;
  return !optionsOf(field, around).some((option) => option.value === textOf(value));
}

/** The answers as the API takes them: nothing for what is empty or filled in by the server. */
export function toPayload(form: FormField[], values: FormValues): Record<string, unknown> {
  const payload: Record<string, unknown> = {};
  for (const field of form) {
    if (isFilledIn(field)) continue;
    const value = values[field.key];
    const written = isLines(value) ? writeLines(field.columns ?? [], value) : writeCell(field, textOf(value));
    if (written !== undefined) payload[field.key] = written;
  }
  return payload;
}

function writeLines(columns: FormField[], lines: Line[]): Record<string, unknown>[] | undefined {
  const written = lines.map((line) => toPayload(columns, line.cells)).filter((cells) => Object.keys(cells).length > 0);
  return written.length > 0 ? written : undefined;
}

function writeCell(field: FormField, text: string): unknown {
  if (text === "") return undefined;
  if (field.type === "number") return Number(text.replace(",", "."));
  if (field.type === "money") return text.replace(",", ".");
  if (field.type === "datetime") return fromLocalInput(text);
  return text;
}

/** The stored answers as a form shows them again. */
export function fromPayload(form: FormField[], stored: Record<string, unknown>): FormValues {
  const values: FormValues = {};
  for (const field of form) {
    const value = stored[field.key];
    if (Array.isArray(value))
      values[field.key] = value.map((cells: Record<string, unknown>) => ({ id: newId(), cells: readCells(field.columns ?? [], cells) }));
    else if (value != null) values[field.key] = readCell(field, String(value));
  }
  return values;
}

function readCells(columns: FormField[], cells: Record<string, unknown>): Record<string, CellValue> {
  return fromPayload(columns, cells) as Record<string, CellValue>;
}

function readCell(field: FormField, text: string): CellValue {
  if (field.type === "datetime") return toLocalInput(text);
  if (field.other_allowed && !field.options.some((option) => option.value === text)) return { other: text };
  return text;
}
