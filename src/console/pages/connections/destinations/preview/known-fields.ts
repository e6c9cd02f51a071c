import type { ActionBody } from '../../../../../contract/documents/action.ts';
import type { Parameter } from '../../../../../contract/documents/parameter.ts';
import type { Event } from '../../../../../contract/records/event.ts';
import type { Field, KnownFields } from '../../../../editor/fields.ts';

type Mapping = ActionBody['destinations'][number]['mapping'];

/**
 * The fields of records: those of the action's mapping, or else the parameters of the newest events, or of the catalogue
 * while there are no events.
 */
export function knownFields(given: {
  action: Pick<ActionBody, 'name' | 'destinations'> | null;
  destinationId: string | null;
  parameters: readonly Parameter[];
  events: readonly Pick<Event, 'data'>[];
}): KnownFields {
  const { action, destinationId, parameters, events } = given;
  const mapping = action?.destinations.find((one) => one.destinationId === destinationId)?.mapping ?? [];
  const seen = events.length > 0 ? inEvents(events, parameters) : fromCatalogue(parameters);
  if (action !== null && mapping.length > 0)
    return { fields: mapping.map((line) => mapped(line, seen)), basis: { kind: 'mapping', action: action.name } };
  return { fields: seen, basis: events.length > 0 ? { kind: 'events', count: events.length } : { kind: 'ever' } };
}

function inEvents(events: readonly Pick<Event, 'data'>[], parameters: readonly Parameter[]): Field[] {
  const catalogue = new Map(parameters.map((one) => [one.name, one]));
  const found = new Map<string, { count: number; example: unknown }>();
  for (const { data } of events)
    for (const [name, value] of Object.entries(data)) {
      const one = found.get(name);
      if (one === undefined) found.set(name, { count: 1, example: value });
      else one.count++;
    }
  return [...found].map(([name, { count, example }]) => {
    const known = catalogue.get(name);
    return {
      name,
      type: known?.type ?? (typeof example === 'object' ? (Array.isArray(example) ? 'list' : 'object') : 'text'),
      share: count / events.length,
      example: typeof example === 'string' ? cut(example) : cut(JSON.stringify(example)),
      ...(known === undefined || known.description === '' ? {} : { description: known.description }),
    };
  });
}

function fromCatalogue(parameters: readonly Parameter[]): Field[] {
  return parameters
    .filter(({ lastSeenAt }) => lastSeenAt !== null)
    .map(({ name, type, share, examples, description }) => ({
      name,
      type,
      share,
      example: examples[0] ?? null,
      ...(description === '' ? {} : { description }),
    }));
}

function mapped(line: Mapping[number], seen: readonly Field[]): Field {
  if ('parameter' in line) {
    const from = seen.find(({ name }) => name === line.parameter);
    const type = line.as === undefined || line.as === 'text' ? {} : { type: line.as === 'json' ? 'any' : line.as };
    return { type: 'text', share: null, example: null, ...from, ...type, name: line.field };
  }
  if ('expression' in line) return { name: line.field, type: 'any', share: null, example: cut(line.expression) };
  return { name: line.field, type: typeof line.value, share: 1, example: cut(String(line.value)) };
}

function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
