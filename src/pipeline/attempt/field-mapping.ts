import type { FieldMapping } from '../../contract/documents/action.ts';
import type { Event } from '../../contract/records/event.ts';
import type { MappedField } from '../../contract/records/explanation.ts';
import { compileLookup } from '../../rules/lookup.ts';

export type DataRecord = Record<string, unknown>;

/**
 * The fields of a mapping that need no JavaScript, parameters and constants, in the order of the mapping. Expressions
 * are left to the program, which restores the order of all fields. An empty mapping returns the event's data unchanged.
 * A missing parameter leaves its key out.
 */
export function compileMapping(mapping: readonly FieldMapping[]): (event: Event) => DataRecord {
  if (mapping.length === 0) return (event) => event.data;
  const steps = mapping.flatMap((line) => {
    if ('expression' in line) return [];
    const { field } = line;
    return 'parameter' in line ? [{ field, get: compileLookup(line.parameter) }] : [{ field, get: () => line.value }];
  });
  return (event) => {
    const entries: [string, unknown][] = [];
    for (const { field, get } of steps) {
      const value = get(event);
      if (value !== undefined) entries.push([field, value]);
    }
    // Object.fromEntries defines own properties for any name: `__proto__` is data like any other.
    return Object.fromEntries(entries);
  };
}

/** The lines of a mapping with the value of each for an event, found by the same lookup as in deliveries. */
export function explainMapping(mapping: readonly FieldMapping[], event: Event): MappedField[] {
  return mapping.map((line) => {
    const { field } = line;
    if ('expression' in line) return { field, from: 'expression', source: line.expression, found: null, value: null };
    if ('value' in line) return { field, from: 'value', source: null, found: true, value: line.value };
    const value = compileLookup(line.parameter)(event);
    return { field, from: 'parameter', source: line.parameter, found: value !== undefined, value: value ?? null };
  });
}
