/**
 * A text composed of parts that may end with a full stop each, as one sentence with one full stop, and a capital where it
 * begins with a plain word.
 */
export function sentence(text: string): string {
  return `${text
    .trim()
    .replace(/^[a-z]+(?= )/, (word) => word.charAt(0).toUpperCase() + word.slice(1))
    .replace(/[.…:;,]+$/, '')
    .replace(/\.(?=[):;,])/g, '')}.`;
}
