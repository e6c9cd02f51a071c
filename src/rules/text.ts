/** Puts texts into the form in which they are compared, so that equal texts are equal strings. */
export type Fold = (text: string) => string;

/** Unicode normalisation form C: text that looks the same compares the same. */
export const foldExact: Fold = (text) => {
  // Nothing below U+0300 composes or decomposes, and most values stay below.
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x300) return text.normalize('NFC');
  return text;
};

/** The same without regard to case, locale-free. */
export const foldCase: Fold = (text) => foldExact(foldExact(text).toLowerCase());

/**
 * Whether some candidate of a value passes. Candidates are a text and, when it has semicolons, its parts; of a list its
 * elements, unsplit. Numbers and booleans (in `ext` and `session`) count as their text; objects have no candidates.
 */
export function someCandidate(value: unknown, test: (text: string) => boolean): boolean {
  if (typeof value === 'string') {
    return test(value) || (value.includes(separator) && value.split(separator).some(test));
  }
  return somePart(value, test);
}

/** The same without the whole text of several parts: what is compared as a number or a time. */
export function somePart(value: unknown, test: (text: string) => boolean): boolean {
  switch (typeof value) {
    case 'string':
      return value.includes(separator) ? value.split(separator).some(test) : test(value);
    case 'number':
    case 'boolean':
    case 'bigint':
      return test(String(value));
    default:
      return Array.isArray(value) && value.some((element) => isScalar(element) && test(String(element)));
  }
}

const separator = ';';

const isScalar = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';
