import { NativeSelect, Stack, Textarea, TextInput } from "@mantine/core";
import type { FormField } from "@/shared/api/types";
import { today, toLocalInput } from "@/shared/time/format";
import { useNow } from "@/shared/time/use-now";
import { type CellValue, type FieldValue, isOther, optionsOf, textOf } from "../form/form-values";

type Props = {
  field: FormField;
  value: FieldValue | undefined;
  /** The other answers: they decide what can be chosen and which dates fit. */
  around: Record<string, FieldValue>;
  error: string | undefined;
  onChange: (value: CellValue) => void;
};

const OTHER = "__other__";

/** One question of a form, except lines. */
export function FieldInput(props: Props) {
  if (props.field.type === "choice") return <ChoiceInput {...props} />;
  if (props.field.type === "date" || props.field.type === "datetime") return <DateInput {...props} />;
  return <PlainInput {...props} />;
}

/** What every kind of input is given. */
function commonProps({ field, error }: Props) {
  return {
    label: field.label,
    description: field.help || undefined,
    withAsterisk: field.required,
    "aria-required": field.required,
    error,
    name: field.key,
  };
}

function PlainInput(props: Props) {
  const { field, value, onChange } = props;
  if (field.type === "textarea") {
    return (
      <Textarea
        {...commonProps(props)}
        autosize
        minRows={3}
        maxRows={10}
        value={textValue(value)}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  const amount = field.type === "money" || field.type === "number";
  return (
    <TextInput
      {...commonProps(props)}
      inputMode={amount ? "decimal" : undefined}
      placeholder={field.type === "money" ? "0.00" : undefined}
      autoComplete="off"
      value={textValue(value)}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function DateInput(props: Props) {
  const { field, value, around, onChange } = props;
  const now = new Date(useNow());
  const earliest = field.type === "date" ? today(now) : `${today(now)}T00:00`;
  const start = field.after ? textOf(around[field.after]) : "";
  const least = [field.min_today ? earliest : "", start].filter(Boolean).toSorted().at(-1);
  return (
    <TextInput
      {...commonProps(props)}
      type={field.type === "date" ? "date" : "datetime-local"}
      min={least}
      value={asInput(field, textValue(value))}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function ChoiceInput(props: Props) {
  const { field, value, around, error, onChange } = props;
  const options = optionsOf(field, around);
  const waiting = Boolean(field.depends_on) && textOf(around[field.depends_on ?? ""]) === "";
  const other = isOther(value);
  const data = [
    { value: "", label: waiting ? "First choose the above" : "Choose…" },
    ...options,
    ...(field.other_allowed ? [{ value: OTHER, label: "Other…" }] : []),
  ];
  return (
    <Stack gap="xs">
      <NativeSelect
        {...commonProps(props)}
        error={other ? undefined : error}
        data={data}
        disabled={waiting}
        value={other ? OTHER : textValue(value)}
        onChange={(event) => onChange(event.currentTarget.value === OTHER ? { other: "" } : event.currentTarget.value)}
      />
      {other && (
        <TextInput
          aria-label={`${field.label}: other`}
          placeholder="Which?"
          autoComplete="off"
          error={error}
          value={value.other}
          onChange={(event) => onChange({ other: event.currentTarget.value })}
        />
      )}
    </Stack>
  );
}

function textValue(value: FieldValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function asInput(field: FormField, text: string): string {
  return field.type === "datetime" && text.endsWith("Z") ? toLocalInput(text) : text;
}
