/** A name without case and Unicode composition. Names with the same result are duplicates. */
export function foldName(name: string): string {
  return composed(name.trim()).toLowerCase();
}

/**
 * The text in Unicode's normalisation form C, in which texts that look the same are equal. A text with over 30 combining
 * characters in a row, which no language has (UAX #15 §13), stays as it is: composing takes time in the square of their
 * number.
 */
export function composed(text: string): string {
  return text.length > shortMax && crowded.test(text) ? text : text.normalize('NFC');
}

const shortMax = 100;
/** Begins at the first of them, so that each is looked at once. */
const crowded = /(?<!\p{M})\p{M}{31}/u;
