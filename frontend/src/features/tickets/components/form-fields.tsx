import { TextInput } from "@mantine/core";
import type { FormField } from "@/shared/api/types";
import type { FormErrors } from "../form/form-errors";
import { type FieldValue, filledIn, type FormValues, isFilledIn, isLines, withAnswer } from "../form/form-values";
import { formatMoney } from "../form/money";
import { FieldInput } from "./field-input";
import classes from "./form.module.css";
import { LinesInput } from "./lines-input";

type Props = { form: FormField[]; values: FormValues; errors: FormErrors; onChange: (values: FormValues) => void };

/** The questions of a category, from its definition. */
export function FormFields({ form, values, errors, onChange }: Props) {
  const answer = (key: string, value: FieldValue) => onChange(withAnswer(form, values, key, value));
  return form.map((field) => {
    if (isFilledIn(field)) return <FilledIn key={field.key} field={field} values={values} />;
    const value = values[field.key];
    if (field.type === "lines") {
      return (
        <LinesInput
          key={field.key}
          field={field}
          lines={isLines(value) ? value : []}
          around={values}
          errors={errors}
          onChange={(lines) => answer(field.key, lines)}
        />
      );
    }
    return (
      <FieldInput
        key={field.key}
        field={field}
        value={value}
        around={values}
        error={errors[field.key]}
        onChange={(next) => answer(field.key, next)}
      />
    );
  });
}

function FilledIn({ field, values }: { field: FormField; values: FormValues }) {
  const value = filledIn(field, values);
  if (!field.computed) {
    return (
      <TextInput label={field.label} description={field.help || undefined} value={value} placeholder="–" readOnly tabIndex={-1} variant="filled" />
    );
  }
  return (
    <div className={classes.total}>
      <span id={`total-${field.key}`}>{field.label}</span>
      <output aria-labelledby={`total-${field.key}`}>{formatMoney(value)}</output>
    </div>
  );
}
