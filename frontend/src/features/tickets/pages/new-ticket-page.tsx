import { Alert, Anchor, Button, Card, Group, NativeSelect, Stack, Text, Textarea, TextInput, Title, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { Link, useNavigate } from "react-router";
import { fieldErrorsOf, messageOf, ProblemError } from "@/shared/api/problem";
import type { Answer } from "@/shared/api/types";
import { useMe } from "@/shared/session/me";
import { Page } from "@/shared/ui/page";
import { ErrorState, LoadingRows } from "@/shared/ui/states";
import { toastDone } from "@/shared/ui/toast";
import { useSubmitTicket } from "../api/change-ticket";
import { categoriesQuery } from "../api/tickets";
import { AttachmentsInput } from "../components/attachments-input";
import classes from "../components/form.module.css";
import { FormFields } from "../components/form-fields";
import { type FormErrors, formErrors } from "../form/form-errors";
import { initialValues, toPayload } from "../form/form-values";
import { ownPaths } from "../form/server-errors";
import { type TicketDraft, useTicketDraft } from "../form/use-ticket-draft";

type Category = Answer<"/api/v1/categories/", "get">[number];

export default function NewTicketPage() {
  const categories = useQuery(categoriesQuery);
  const me = useMe();
  const { draft, change, update, discard } = useTicketDraft(me.id);
  const category = categories.data?.find(({ slug }) => slug === draft.category);
  const choose = (chosen: Category) => change({ category: chosen.slug, subcategory: "", values: initialValues(chosen.fields, me.name) });
  return (
    <Page title="New ticket" width="narrow">
      {categories.isPending && <LoadingRows rows={4} height={72} />}
      {categories.isError && <ErrorState error={categories.error} what="list of categories" retry={() => void categories.refetch()} />}
      {categories.data && !category && <CategoryChoice categories={categories.data} onChoose={choose} />}
      {category && <TicketForm key={category.slug} category={category} draft={draft} change={change} update={update} discard={discard} />}
    </Page>
  );
}

function CategoryChoice({ categories, onChoose }: { categories: Category[]; onChoose: (category: Category) => void }) {
  return (
    <Stack gap="sm">
      <Text c="dimmed">What is it about?</Text>
      <div className={classes.categories}>
        {categories
          .filter((category) => category.is_active)
          .map((category) => (
            <UnstyledButton key={category.slug} className={classes.category} onClick={() => onChoose(category)}>
              <Text fw={600}>{category.name}</Text>
              <Text size="sm" c="dimmed">
                {category.description}
              </Text>
            </UnstyledButton>
          ))}
      </div>
    </Stack>
  );
}

type FormProps = {
  category: Category;
  draft: TicketDraft;
  change: (changes: Partial<TicketDraft>) => void;
  update: (next: (present: TicketDraft) => TicketDraft) => void;
  discard: () => void;
};

function TicketForm({ category, draft, change, update, discard }: FormProps) {
  const [errors, setErrors] = useState<FormErrors>({});
  const [uploading, setUploading] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const submit = useSubmitTicket();
  const navigate = useNavigate();

  const showErrors = (found: FormErrors) => {
    setErrors(found);
    setTimeout(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    const found = draftErrors(category, draft);
    showErrors(found);
    if (Object.keys(found).length > 0) return;
    submit.mutate(
      { ticket: ticketOf(category, draft), key: draft.key },
      {
        onSuccess: (ticket) => {
          discard();
          toastDone(`Ticket ${ticket.number} is filed`);
          void navigate(`/tickets/${ticket.number}`, { replace: true });
        },
        onError: (error) => showErrors(ownPaths(fieldErrorsOf(error))),
      },
    );
  };
  return (
    <form ref={form} onSubmit={send} noValidate aria-label={`New ticket: ${category.name}`}>
      <Stack gap="md">
        <Group justify="space-between">
          <Title order={2}>{category.name}</Title>
          <Button variant="subtle" size="compact-sm" onClick={() => change({ category: "" })}>
            Change category
          </Button>
        </Group>
        <Card withBorder padding="lg" radius="lg">
          <Stack gap="md">
            <BasicFields category={category} draft={draft} change={change} errors={errors} />
            <FormFields form={category.fields} values={draft.values} errors={errors} onChange={(values) => change({ values })} />
            <AttachmentsInput
              attachments={draft.attachments}
              onAdd={(added) => update((present) => ({ ...present, attachments: [...present.attachments, added] }))}
              onRemove={(id) => update((present) => ({ ...present, attachments: present.attachments.filter((file) => file.id !== id) }))}
              onBusy={setUploading}
            />
          </Stack>
        </Card>
        {submit.isError && <SubmitProblem error={submit.error} />}
        <Group justify="space-between">
          <Button variant="default" onClick={discard}>
            Discard
          </Button>
          <Button type="submit" loading={submit.isPending} disabled={uploading}>
            {uploading ? "Uploading files…" : "File the ticket"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function BasicFields({ category, draft, change, errors }: Pick<FormProps, "category" | "draft" | "change"> & { errors: FormErrors }) {
  return (
    <>
      {category.subcategories.length > 0 && (
        <NativeSelect
          label="Topic"
          withAsterisk
          aria-required
          error={errors.subcategory}
          data={[{ value: "", label: "Choose…" }, ...category.subcategories.map(({ slug, name }) => ({ value: slug, label: name }))]}
          value={draft.subcategory}
          onChange={(event) => change({ subcategory: event.currentTarget.value })}
        />
      )}
      <TextInput
        label="Subject"
        withAsterisk
        aria-required
        maxLength={200}
        autoComplete="off"
        error={errors.subject}
        value={draft.subject}
        onChange={(event) => change({ subject: event.currentTarget.value })}
      />
      <Textarea
        label="Description"
        description="Markdown works here."
        withAsterisk
        aria-required
        autosize
        minRows={4}
        maxRows={16}
        maxLength={20_000}
        error={errors.description}
        value={draft.description}
        onChange={(event) => change({ description: event.currentTarget.value })}
      />
    </>
  );
}

function SubmitProblem({ error }: { error: unknown }) {
  if (error instanceof ProblemError && error.code === "idempotency_key_reused") {
    return (
      <Alert color="yellow" role="alert" title="This form has been sent before">
        Look into{" "}
        <Anchor component={Link} to="/tickets">
          my tickets
        </Anchor>
        : it is filed as it was then.
      </Alert>
    );
  }
  return (
    <Alert color="red" role="alert">
      {Object.keys(fieldErrorsOf(error)).length > 0 ? "Some answers need another look." : messageOf(error)}
    </Alert>
  );
}

function draftErrors(category: Category, draft: TicketDraft): FormErrors {
  const errors = formErrors(category.fields, draft.values, new Date());
  if (draft.subject.trim() === "") errors.subject = "Say in a few words what it is about.";
  if (draft.description.trim() === "") errors.description = "Describe what happened or what you need.";
  if (category.subcategories.length > 0 && draft.subcategory === "") errors.subcategory = "Choose a topic.";
  return errors;
}

function ticketOf(category: Category, draft: TicketDraft) {
  return {
    category: category.slug,
    ...(draft.subcategory ? { subcategory: draft.subcategory } : {}),
    subject: draft.subject.trim(),
    description: draft.description.trim(),
    fields: toPayload(category.fields, draft.values),
    attachments: draft.attachments.map((file) => file.id),
  };
}
