/** Marks a text that is stored as JSON. */
const mark = '\u0001';

/** A text as PostgreSQL can store it, which has no NUL: a text with one is stored as JSON behind a mark. A lone surrogate becomes U+FFFD. */
export const storable = (text: string): string =>
  text.includes('\0') || text.startsWith(mark) ? mark + JSON.stringify(text) : text.toWellFormed();

/** The text that was given to `storable`. */
export const storedText = (stored: string): string =>
  stored.startsWith(mark) ? JSON.parse(stored.slice(mark.length)) : stored;
