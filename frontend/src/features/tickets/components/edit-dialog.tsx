import { Button, Textarea, TextInput } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { fieldErrorsOf } from "@/shared/api/problem";
import type { Ticket } from "@/shared/api/types";
import { Dialog } from "@/shared/ui/dialog";
import { toastDone } from "@/shared/ui/toast";
import { useEditTicket, useReloadTicket } from "../api/change-ticket";
import { type FormErrors, formErrors } from "../form/form-errors";
import { fromPayload, toPayload } from "../form/form-values";
import { ownPaths } from "../form/server-errors";
import { FormFields } from "./form-fields";

export function EditButton({ ticket }: { ticket: Ticket }) {
  const [open, setOpen] = useState(false);
  if (!ticket.actions.includes("edit")) return null;
  return (
    <>
      <Button variant="default" size="sm" leftSection={<IconPencil size={16} aria-hidden />} onClick={() => setOpen(true)}>
        Edit
      </Button>
      {open && <EditDialog ticket={ticket} onClose={() => setOpen(false)} />}
    </>
  );
}

function EditDialog({ ticket, onClose }: { ticket: Ticket; onClose: () => void }) {
  const [seen] = useState(ticket);
  const [subject, setSubject] = useState(seen.subject);
  const [description, setDescription] = useState(seen.description);
  const [values, setValues] = useState(() => fromPayload(seen.form, seen.fields));
  const [own, setOwn] = useState<FormErrors>({});
  const edit = useEditTicket(seen.number);
  const reload = useReloadTicket(seen.number);
  const errors = { ...ownPaths(fieldErrorsOf(edit.error)), ...own };
  const submit = () => {
    const found = formErrors(seen.form, values, new Date());
    if (subject.trim() === "") found.subject = "Say in a few words what it is about.";
    setOwn(found);
    if (Object.keys(found).length > 0) return;
    edit.mutate(
      { version: seen.version, changes: { subject: subject.trim(), description: description.trim(), fields: toPayload(seen.form, values) } },
      {
        onSuccess: () => {
          toastDone("Changes saved");
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      title={`Edit ${seen.number}`}
      confirm="Save"
      pending={edit.isPending}
      error={edit.error}
      onClose={onClose}
      onSubmit={submit}
      onReload={() => {
        reload();
        onClose();
      }}
    >
      <TextInput
        label="Subject"
        withAsterisk
        maxLength={200}
        data-autofocus
        error={errors.subject}
        value={subject}
        onChange={(event) => setSubject(event.currentTarget.value)}
      />
      <Textarea
        label="Description"
        autosize
        minRows={4}
        maxRows={14}
        maxLength={20_000}
        error={errors.description}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <FormFields form={seen.form} values={values} errors={errors} onChange={setValues} />
    </Dialog>
  );
}
