import { z } from 'zod';

/** A path into a JSON response: `error.code`, `items[0].status`, with or without a leading `$.`. */
export const jsonPath = z
  .string()
  .trim()
  .max(1_000)
  .regex(/[^$.[\]\s]/, 'Must be a path such as data.token or items[0].id.');

/** The value at a path; undefined when there is none. Only own properties count. Pure. */
export function valueAt(json: unknown, path: string): unknown {
  let value = json;
  for (const key of path
    .replace(/^\$\.?/, '')
    .split(/[.[\]]+/)
    .filter(Boolean)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
