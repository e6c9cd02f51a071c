import { secretForms } from '../contract/secret-forms.ts';

/**
 * Masks secret values in a text for people, in every form in which a response may echo them. Values under 4
 * characters are left: masking them would only garble the text.
 */
export function textRedaction(values: Iterable<string>): (text: string) => string {
  const forms = new Set<string>();
  for (const value of values) if (value.length >= 4) for (const form of secretForms(value)) forms.add(form);
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((masked, form) => masked.replaceAll(form, '[secret]'), text);
}

/** Text encoded as application/x-www-form-urlencoded. */
export function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
