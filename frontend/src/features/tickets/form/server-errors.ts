import type { FormErrors } from "./form-errors";

/** The server may name a form's field "fields.location"; here it is "location". */
export function ownPaths(errors: FormErrors): FormErrors {
  return Object.fromEntries(Object.entries(errors).map(([path, message]) => [path.replace(/^fields\./, ""), message]));
}
