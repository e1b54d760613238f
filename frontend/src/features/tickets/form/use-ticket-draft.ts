import { useEffect, useState } from "react";
import type { Attachment } from "@/shared/api/types";
import { newId } from "@/shared/new-id";
import type { FormValues } from "./form-values";

export type TicketDraft = {
  /** One key per form: sending the same form twice makes one ticket. */
  key: string;
  category: string;
  subcategory: string;
  subject: string;
  description: string;
  values: FormValues;
  attachments: Attachment[];
};

function freshDraft(): TicketDraft {
  return { key: newId(), category: "", subcategory: "", subject: "", description: "", values: {}, attachments: [] };
}

function storedDraft(storageKey: string): TicketDraft | null {
  try {
    return JSON.parse(sessionStorage.getItem(storageKey) ?? "null") as TicketDraft | null;
  } catch {
    return null;
  }
}

function isUntouched({ category, subject, description }: TicketDraft): boolean {
  return category === "" && subject === "" && description === "";
}

/** The person's unsent ticket, kept until the tab is closed. */
export function useTicketDraft(personId: string) {
  const storageKey = `tts.new-ticket.${personId}`;
  const [draft, setDraft] = useState<TicketDraft>(() => storedDraft(storageKey) ?? freshDraft());

  useEffect(() => {
    try {
      if (isUntouched(draft)) sessionStorage.removeItem(storageKey);
      else sessionStorage.setItem(storageKey, JSON.stringify(draft));
    } catch {
      // A full or forbidden storage only costs the draft after a reload.
    }
  }, [storageKey, draft]);

  return {
    draft,
    change: (changes: Partial<TicketDraft>) => setDraft((present) => ({ ...present, ...changes })),
    update: (next: (present: TicketDraft) => TicketDraft) => setDraft(next),
    discard: () => setDraft(freshDraft()),
  };
}
