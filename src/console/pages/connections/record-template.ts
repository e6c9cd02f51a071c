/** Whether a name can follow a dot. */
export const isName = /^[a-z_$][\w$]*$/i;

/** The member of an object, in JavaScript. */
export const member = (object: string, name: string): string =>
  isName.test(name) ? `${object}.${name}` : `${object}[${JSON.stringify(name)}]`;

/** Escapes the braces of an address or a form, since two of them begin a tag of a template. */
export const withoutTags = (text: string): string => text.replaceAll(/[{}]/g, encodeURIComponent);

/** A comment for the end of a line of a template. */
export function noteOf(text: string, charactersMax: number): string {
  if (text === '') return '';
  const shown = text.replaceAll('}}', '} }').replaceAll(/[\u2028\u2029]/g, ' '); // they end a comment
  return ` // ${shown.length > charactersMax ? `${shown.slice(0, charactersMax)}…` : shown}`;
}
