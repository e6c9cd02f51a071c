/** A text composed of parts that may end with a full stop each, as one sentence with one full stop. */
export function sentence(text: string): string {
  return `${text
    .trim()
    .replace(/[.…:;,]+$/, '')
    .replace(/\.(?=[):;,])/g, '')}.`;
}
