import { expect, test } from "vitest";
import type { FormField } from "@/shared/api/types";
import { formErrors } from "./form-errors";
import { emptyLine, filledIn, fromPayload, optionsOf, toPayload, withAnswer } from "./form-values";
import { centsOf, formatMoney, totalOf } from "./money";

function field(changes: Partial<FormField> & Pick<FormField, "key" | "type">): FormField {
  return { label: changes.key, required: false, help: "", options: [], other_allowed: false, ...changes };
}

const now = new Date("2026-03-02T12:00:00");
const product = field({
  key: "product",
  type: "choice",
  required: true,
  options: [
    { value: "laptop", label: "Laptop" },
    { value: "mouse", label: "Mouse" },
  ],
});
const asset = field({
  key: "asset",
  type: "choice",
  required: true,
  depends_on: "product",
  options: [
    { value: "LT-1", label: "ThinkPad", depends_value: "laptop" },
    { value: "MS-1", label: "MX Master", depends_value: "mouse" },
  ],
});
const serial = field({ key: "serial", type: "text", autofill: { from: "asset", values: { "LT-1": "PF-123" } } });
const device = field({ key: "device", type: "choice", required: true, other_allowed: true, options: [{ value: "printer", label: "Printer" }] });
const costs = field({
  key: "costs",
  type: "lines",
  required: true,
  columns: [
    field({
      key: "element",
      type: "choice",
      required: true,
      depends_on: "product",
      options: [{ value: "bag", label: "Bag", depends_value: "laptop" }],
    }),
    field({ key: "amount", type: "money", required: true }),
  ] as FormField["columns"],
});
const total = field({ key: "total", type: "money", computed: "sum:costs.amount" });

test("a total of 0.1 and 0.2 is exactly 0.30, and of twelve digits exact to the cent", () => {
  expect(totalOf(["0.1", "0.2"])).toBe("0.30");
  expect(totalOf(["999999999999.99", "0,01"])).toBe("1000000000000.00");
  expect(formatMoney("1000000000000.01")).toBe("1,000,000,000,000.01");
});

test("what is no amount counts nothing in a total", () => {
  expect(totalOf(["12", "abc", ""])).toBe("12.00");
  expect(centsOf("1.234")).toBeNull();
  expect(centsOf("-1")).toBeNull();
});

test("a choice offers only the options of the choice it depends on", () => {
  expect(optionsOf(asset, { product: "mouse" }).map((option) => option.value)).toEqual(["MS-1"]);
  expect(optionsOf(asset, {})).toEqual([]);
});

test("an answer that no longer fits is emptied when the choice above it changes, in lines as well", () => {
  const line = { id: "1", cells: { element: "bag", amount: "5" } };
  const next = withAnswer([product, asset, costs], { product: "laptop", asset: "LT-1", costs: [line] }, "product", "mouse");
  expect(next).toEqual({ product: "mouse", asset: "", costs: [{ id: "1", cells: { element: "", amount: "5" } }] });
});

test("the serial number is filled in from the asset, and not sent", () => {
  expect(filledIn(serial, { asset: "LT-1" })).toBe("PF-123");
  expect(toPayload([asset, serial], { asset: "LT-1", serial: "typed" })).toEqual({ asset: "LT-1" });
});

test("other words are sent as the answer itself, and shown as other words again", () => {
  expect(toPayload([device], { device: { other: " Plotter " } })).toEqual({ device: "Plotter" });
  expect(fromPayload([device], { device: "Plotter" })).toEqual({ device: { other: "Plotter" } });
  expect(fromPayload([device], { device: "printer" })).toEqual({ device: "printer" });
});

test("empty lines and the computed total are not sent; amounts are sent as text", () => {
  const values = { costs: [{ id: "1", cells: { element: "bag", amount: "12,50" } }, emptyLine()], total: "x" };
  expect(toPayload([costs, total], values)).toEqual({ costs: [{ element: "bag", amount: "12.50" }] });
});

test("missing answers are named by the path that the server uses", () => {
  const values = { product: "", device: { other: "" }, costs: [{ id: "1", cells: { element: "bag" } }] };
  expect(formErrors([product, device, costs], values, now)).toEqual({
    product: "This field is required.",
    device: "Say which.",
    "costs.0.amount": "This field is required.",
  });
});

test("a first empty line is asked about where lines are required, and left alone where they are not", () => {
  expect(Object.keys(formErrors([costs], { costs: [emptyLine()] }, now))).toEqual(["costs.0.element", "costs.0.amount"]);
  expect(formErrors([{ ...costs, required: false }], { costs: [emptyLine()] }, now)).toEqual({});
});

test("a date may be today but not before, and an end not before its start", () => {
  const start = field({ key: "start", type: "date", min_today: true });
  const end = field({ key: "end", type: "date", after: "start" });
  expect(formErrors([start, end], { start: "2026-03-02", end: "2026-03-02" }, now)).toEqual({});
  expect(formErrors([start, end], { start: "2026-03-01", end: "2026-02-28" }, now)).toEqual({
    start: "This date is in the past.",
    end: "This date lies before the start.",
  });
});

test("a wall-clock time is sent as an instant", () => {
  const wished = field({ key: "wished", type: "datetime" });
  expect(toPayload([wished], { wished: "2026-03-02T14:30" })).toEqual({ wished: new Date("2026-03-02T14:30").toISOString() });
});
