import { ActionIcon, Button, Fieldset, Text } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { FormField } from "@/shared/api/types";
import { type FormErrors, sentLines } from "../form/form-errors";
import { type CellValue, emptyLine, type FormValues, type Line } from "../form/form-values";
import { FieldInput } from "./field-input";
import classes from "./form.module.css";

type Props = { field: FormField; lines: Line[]; around: FormValues; errors: FormErrors; onChange: (lines: Line[]) => void };

/** A question that is answered by any number of lines. */
export function LinesInput({ field, lines, around, errors, onChange }: Props) {
  const sent = sentLines(field, lines);
  const change = (line: Line, key: string, value: CellValue) =>
    onChange(lines.map((other) => (other === line ? { ...line, cells: { ...line.cells, [key]: value } } : other)));
  return (
    <Fieldset
      legend={
        <>
          {field.label}
          {field.required && (
            <span className={classes.star} aria-hidden>
              {" *"}
            </span>
          )}
        </>
      }
      variant="unstyled"
      classNames={{ legend: classes.legend }}
    >
      {field.help && (
        <Text size="xs" c="dimmed" mb="xs">
          {field.help}
        </Text>
      )}
      <div className={classes.lines}>
        {lines.map((line, index) => (
          <div key={line.id} className={classes.line} role="group" aria-label={`${field.label}, line ${index + 1}`}>
            <div className={classes.cells}>
              {(field.columns ?? []).map((column) => (
                <FieldInput
                  key={column.key}
                  field={column}
                  value={line.cells[column.key]}
                  around={{ ...around, ...line.cells }}
                  error={errors[`${field.key}.${sent.indexOf(line)}.${column.key}`]}
                  onChange={(value) => change(line, column.key, value)}
                />
              ))}
            </div>
            <ActionIcon
              className={classes.remove}
              variant="subtle"
              color="gray"
              aria-label={`Remove line ${index + 1}`}
              disabled={lines.length === 1}
              onClick={() => onChange(lines.filter((other) => other !== line))}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </div>
        ))}
      </div>
      {errors[field.key] && (
        <Text size="xs" c="var(--mantine-color-error)" mt="xs" role="alert">
          {errors[field.key]}
        </Text>
      )}
      <Button mt="xs" size="xs" variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => onChange([...lines, emptyLine()])}>
        Add a line
      </Button>
    </Fieldset>
  );
}
