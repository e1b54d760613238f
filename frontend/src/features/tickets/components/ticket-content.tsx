import { Table, Text } from "@mantine/core";
import type { FormField, Ticket } from "@/shared/api/types";
import { formatDateTime, formatDay } from "@/shared/time/format";
import { RichText } from "@/shared/ui/rich-text";
import { formatMoney } from "../form/money";
import { FileList } from "./file-list";
import classes from "./ticket.module.css";

/** What was asked: the description, the answers to the category's form, the files. */
export function TicketContent({ ticket }: { ticket: Ticket }) {
  const answered = ticket.form.filter((field) => ticket.fields[field.key] != null);
  return (
    <section className={classes.content} aria-label="Request">
      {ticket.description_html ? (
        <RichText html={ticket.description_html} />
      ) : (
        <Text c="dimmed" size="sm">
          No description.
        </Text>
      )}
      {answered.length > 0 && (
        <dl className={classes.answers}>
          {answered.map((field) => (
            <div key={field.key} data-wide={field.type === "lines" || field.type === "textarea" || undefined}>
              <dt>{field.label}</dt>
              <dd>
                {field.type === "lines" ? (
                  <LinesAnswer field={field} value={ticket.fields[field.key]} />
                ) : (
                  answerText(field, ticket.fields[field.key])
                )}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {ticket.attachments.length > 0 && <FileList attachments={ticket.attachments} />}
    </section>
  );
}

function LinesAnswer({ field, value }: { field: FormField; value: unknown }) {
  const lines = Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
  const columns = field.columns ?? [];
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by the keyboard
    <div className={classes.tableScroll} tabIndex={0} role="region" aria-label={field.label}>
      <Table withRowBorders verticalSpacing={6} fz="sm">
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column.key} ta={isAmount(column) ? "right" : undefined}>
                {column.label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map((line, row) => (
            // oxlint-disable-next-line react/no-array-index-key -- what is stored does not change order
            <Table.Tr key={row}>
              {columns.map((column) => (
                <Table.Td key={column.key} ta={isAmount(column) ? "right" : undefined}>
                  {answerText(column, line[column.key])}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function isAmount(field: FormField | NonNullable<FormField["columns"]>[number]): boolean {
  return field.type === "money" || field.type === "number";
}

/** A stored answer as a person reads it. */
export function answerText(field: Pick<FormField, "type" | "options">, value: unknown): string {
  if (value == null || value === "") return "–";
  const text = String(value);
  if (field.type === "choice") return field.options.find((option) => option.value === text)?.label ?? text;
  if (field.type === "money") return formatMoney(text);
  if (field.type === "date") return formatDay(text);
  if (field.type === "datetime") return formatDateTime(text);
  return text;
}
