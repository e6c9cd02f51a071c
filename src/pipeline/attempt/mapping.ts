import type { ActionBody, FieldMapping } from '../../contract/documents/action.ts';
import type { Event } from '../../contract/records/event.ts';
import { type MappedField, shownValueMax } from '../../contract/records/explanation.ts';
import { cutValue } from '../../rules/cut-value.ts';
import { compileLookup } from '../../rules/lookup.ts';
import { type Misfit, typedValue } from '../../rules/typed-value.ts';

export type DataRecord = Record<string, unknown>;

export const sendsTo = (action: ActionBody, destinationId: string): boolean =>
  action.destinations.some((row) => row.destinationId === destinationId);

/** The mapping of one destination in an action; empty (the event's data unchanged) without an action. */
export function mappingOf(action: ActionBody | null, destinationId: string) {
  return action?.destinations.find((row) => row.destinationId === destinationId)?.mapping ?? [];
}

/**
 * The fields of a mapping that need no JavaScript, parameters and constants, in the order of the mapping. Expressions
 * are left to the program, which restores the order of all fields. An empty mapping returns the event's data unchanged.
 * A missing parameter leaves its key out. Throws MappingError for a value that does not fit the type of its field.
 */
export function compileMapping(mapping: readonly FieldMapping[]): (event: Event) => DataRecord {
  if (mapping.length === 0) return (event) => event.data;
  const steps = mapping.flatMap((line) =>
    'expression' in line ? [] : [{ field: line.field, get: mappedValue(line) }],
  );
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

/** A mapped value that does not fit the type of its field. The message names field and parameter, but not the value. */
export class MappingError extends Error {}

type ValueLine = Exclude<FieldMapping, { expression: string }>;

/** The value of a line for an event, undefined when it has none. Without a type this is the lookup alone. */
function mappedValue(line: ValueLine): (event: Event) => unknown {
  const get = 'parameter' in line ? compileLookup(line.parameter) : () => line.value;
  const { as = 'text' } = line;
  if (as === 'text') return get;
  return (event) => {
    const typed = typedValue(get(event), as);
    if (!typed.ok) throw new MappingError(`mapping field ${line.field}: ${misfitText(line, typed.misfit)}`);
    return typed.value;
  };
}

/** Why the value of a line does not fit its type, as a sentence without its full stop. */
export function misfitText(line: ValueLine, misfit: Misfit): string {
  return `${'parameter' in line ? line.parameter : 'the fixed value'} ${misfits[misfit]}`;
}

const misfits: Record<Misfit, string> = {
  not_number: 'is not a number',
  inexact_number: 'has more digits than a number can keep: send it as text',
  not_boolean: 'is not a yes/no value',
  not_list: 'is not a list',
  not_json: 'is not valid JSON',
};

/** The lines of a mapping with the value of each for an event, found and converted as in deliveries. */
export function explainMapping(mapping: readonly FieldMapping[], event: Event): MappedField[] {
  return mapping.map((line) => {
    const { field } = line;
    if ('expression' in line)
      return {
        ...{ field, from: 'expression', source: line.expression },
        ...{ found: null, value: null, isCut: false, problem: null },
      };
    const isParameter = 'parameter' in line;
    const raw = isParameter ? compileLookup(line.parameter)(event) : line.value;
    const typed = typedValue(raw, line.as ?? 'text');
    return {
      field,
      from: isParameter ? 'parameter' : 'value',
      source: isParameter ? line.parameter : null,
      found: raw !== undefined,
      ...cutValue((typed.ok ? typed.value : raw) ?? null, shownValueMax.whole),
      problem: typed.ok ? null : misfitText(line, typed.misfit),
    };
  });
}
