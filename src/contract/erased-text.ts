import { secretForms } from './secret-forms.ts';

/** Stands for erased text. */
export const erased = '[erased]';

/** Shorter texts would also match ordinary text. */
const lengthMin = 4;

/** The members of records that are text of people or quote an error, which may quote an event. */
const textNames = new Set(['title', 'detail', 'how', 'fingerprint', 'name', 'reason']);

/** The forms in which a text can appear in stored text, where bodies are JSON within JSON; the longest first. */
export function textForms(text: string): string[] {
  const inside = (form: string) => JSON.stringify(form).slice(1, -1);
  const forms = [...secretForms(text)].flatMap((form) => [form, inside(form), inside(inside(form))]);
  return [...new Set(forms)].sort((a, b) => b.length - a.length);
}

/** The forms in which a text is replaced in quotations: none of a text of less than four characters. */
export const quotedForms = (text: string): string[] => (text.length < lengthMin ? [] : textForms(text));

/**
 * A record (an issue, a message of an alert, the input of a replay) without the text of an erased visitor: `[erased]`
 * replaces it in texts, and as a filter. The same object when it has none. A text of less than four characters is only
 * replaced as a filter. Pure.
 */
export function withoutText<T extends object>(record: T, text: string): T {
  const forms = quotedForms(text);
  let isChanged = false;
  const made = JSON.parse(JSON.stringify(record), (name, value: unknown) => {
    if (typeof value !== 'string') return value;
    const next =
      name === 'visitorId' && value === text
        ? erased
        : textNames.has(name)
          ? forms.reduce((rest, form) => rest.replaceAll(form, erased), value)
          : value;
    isChanged ||= next !== value;
    return next;
  });
  return isChanged ? made : record;
}
