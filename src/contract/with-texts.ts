import { Secret } from './secret.ts';

/** The same with each text in it (names of members too) replaced by what `map` makes of it; secrets stay. */
export function withTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (typeof value !== 'object' || value === null || value instanceof Secret) return value;
  if (Array.isArray(value)) return value.map((item) => withTexts(item, map));
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [map(name), withTexts(child, map)]));
}
