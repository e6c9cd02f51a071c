import type { z } from 'zod';
import { memberNames } from '../schema-walk.ts';
import { readOnlyFields } from './read-only-fields.ts';

/** The schemas of an object as a client writes it, and as GET returns it: those of a route that changes it. */
export type WrittenAndShown = { body: z.ZodType; output: z.ZodType };

/** The fields that the server sets: those that GET returns and the schema of a write lacks. */
export function serverSetFields({ body, output }: WrittenAndShown): ReadonlySet<string> {
  const written = new Set(memberNames(body));
  return new Set(memberNames(output).filter((name) => !written.has(name)));
}

/** The fields of an object that a write ignores: those that the server sets, of this kind or of any other. */
export function ignoredFields(schemas: WrittenAndShown): ReadonlySet<string> {
  const fields = known.get(schemas.output) ?? new Set([...serverSetFields(schemas), ...readOnlyFields]);
  known.set(schemas.output, fields);
  return fields;
}

const known = new WeakMap<z.ZodType, ReadonlySet<string>>();
