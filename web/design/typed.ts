import type { Loss } from "./ask.tsx";

/** What each field of a form held when it was first shown. */
export type FirstValues = WeakMap<Element, string>;

/** Letters of one field that are shown again when somebody is asked about it. */
const SHOWN_MAX = 200;

/** Notes fields that have come since it was last called. */
export function noteFirst(form: HTMLFormElement, first: FirstValues): void {
  for (const field of fieldsOf(form)) if (!first.has(field)) first.set(field, shown(field));
}

/**
 * Fields of a form that were changed by hand and what they hold, by the names they have on the page. None where nothing was
 * written and things were only chosen: those are chosen again as fast as a question is read.
 */
export function typedIn(form: HTMLFormElement, first: FirstValues): Loss[] {
  const changed = fieldsOf(form).filter((field) => (first.get(field) ?? shown(field)) !== shown(field));
  if (!changed.some(isWritten)) return [];
  return changed.map((field, at) => ({ key: `${at}`, name: nameOf(field), says: shown(field).slice(0, SHOWN_MAX) }));
}

type FormField = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** A chosen file is no work: it stands where it was. A field without a name on the page belongs to another one. */
function fieldsOf(form: HTMLFormElement): FormField[] {
  return [...form.elements]
    .filter(
      (field): field is FormField =>
        (field instanceof HTMLInputElement && field.type !== "file") ||
        field instanceof HTMLSelectElement ||
        field instanceof HTMLTextAreaElement,
    )
    .filter((field) => nameOf(field) !== "");
}

function isWritten(field: FormField): boolean {
  return field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && !isMark(field));
}

function isMark(field: HTMLInputElement): boolean {
  return field.type === "checkbox" || field.type === "radio";
}

function nameOf(field: FormField): string {
  return field.labels?.[0]?.textContent?.trim() ?? field.getAttribute("aria-label") ?? "";
}

function shown(field: FormField): string {
  if (field instanceof HTMLSelectElement) return field.selectedOptions[0]?.text ?? "";
  if (field instanceof HTMLInputElement && isMark(field)) return field.checked ? "✓" : "—";
  return field.value;
}
