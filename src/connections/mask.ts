/**
 * Hides secret values in a text made for people, in every form in which an answer may echo them: plain, URL- and
 * form-encoded, base64, JSON-escaped. Values under 4 characters are left: hiding them would only garble the text.
 */
export function masker(values: Iterable<string>): (text: string) => string {
  const forms = new Set<string>();
  for (const value of values) if (value.length >= 4) for (const form of formsOf(value)) forms.add(form);
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((masked, form) => masked.replaceAll(form, '[secret]'), text);
}

/** Text as application/x-www-form-urlencoded writes it. */
export function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  return [
    value,
    encodeURIComponent(value.toWellFormed()),
    formEncoded(value),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    JSON.stringify(value).slice(1, -1),
  ];
}
