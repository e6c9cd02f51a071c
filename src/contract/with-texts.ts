import { Secret } from './secret.ts';

/** A copy with each text (member names too) replaced by `map(text)`; secrets stay. */
export function withTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (typeof value !== 'object' || value === null || value instanceof Secret) return value;
  if (Array.isArray(value)) return value.map((item) => withTexts(item, map));
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [map(name), withTexts(child, map)]));
}
