import { type Description, type Operation, parametersOf } from '../../src/contract/openapi/openapi-document.ts';
import { casesOf, exampleOf } from './cases.ts';
import { bodies, examples } from './examples.ts';
import { type Schema, schemaFaults } from './json-schema.ts';

/** A request that tries one keyword of the document, with placeholders for ids and names. */
export type KeywordRequest = {
  id: string;
  method: string;
  path: string;
  keyword: string;
  /** Where the keyword is: in a component, the same for all its operations. */
  seat: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: unknown;
  /** Why it does not fit the document; empty: it fits. */
  faults(): string[];
};

/** A stream never ends, and the tokens are needed. */
const left = new Set(['streamEvents', 'deleteMyTokens']);

/** Requests for every keyword of the parameters and bodies of all operations, at its bounds and beyond, one at a time. */
export function* keywordRequests(description: Description): Generator<KeywordRequest> {
  for (const [path, item] of Object.entries(description.paths))
    for (const [method, operation] of Object.entries(item))
      if (!left.has(operation.operationId)) yield* ofOperation(method.toUpperCase(), path, operation, description);
}

function* ofOperation(
  method: string,
  path: string,
  operation: Operation,
  description: Description,
): Generator<KeywordRequest> {
  const { operationId: id, requestBody } = operation;
  const { schemas } = description.components;
  const walk = { components: schemas, examples };
  const parameters = parametersOf(operation, description);
  const needed = parameters.filter((one) => one.in === 'query' && one.required === true);
  const query = Object.fromEntries(needed.map((one) => [one.name, String(exampleOf(one.schema, walk, one.name))]));
  const [body] = Object.values(requestBody?.content ?? {});
  const example = body === undefined ? undefined : (bodies[id] ?? exampleOf(body.schema, walk));
  const base = { id, method, path, query, headers: {}, body: example, faults: () => [] };
  // A pixel without a value is no event.
  yield { ...base, ...(id === 'sendPixel' ? { query: { a: '1' } } : {}), keyword: 'base', seat: id };
  for (const one of parameters) {
    if (one.in === 'path' || one['style'] === 'form') continue;
    const { name, schema } = one;
    for (const { keyword, value, seat } of casesOf(schema, walk, name)) {
      const text = textOf(value, one.in);
      if (text === null) continue;
      const given = one.in === 'query' ? { query: { ...query, [name]: text } } : { headers: { [name]: text } };
      yield {
        ...base,
        ...given,
        keyword,
        seat: `${id} ${seat}`,
        faults: () => schemaFaults(readAs(text, schema), schema, schemas),
      };
    }
    if (one.required === true)
      yield { ...base, query: {}, keyword: 'required', seat: `${id} ${name}`, faults: () => [`${name} is missing`] };
  }
  if (body === undefined) return;
  const missing = requestBody?.required === true ? ['no body'] : [];
  yield { ...base, body: undefined, keyword: 'requestBody', seat: id, faults: () => missing };
  for (const { keyword, seat, value } of casesOf(body.schema, walk)) {
    const whole = isObject(value) && isObject(example) && id in bodies ? { ...example, ...value } : value;
    const faults = () => schemaFaults(whole, body.schema, schemas);
    yield { ...base, body: whole, keyword, seat: seat === '' ? id : seat, faults };
  }
}

/** A value as the text of a parameter; null: it has none. HTTP removes spaces around the value of a header. */
function textOf(value: unknown, place: string): string | null {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return null;
  if (place !== 'header') return String(value);
  const text = String(value).trim();
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text) ? text : null;
}

/** The text of a parameter as its schema reads it. */
function readAs(text: string, { type }: Schema): unknown {
  if (type === 'integer' || type === 'number') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  return type === 'boolean' && (text === 'true' || text === 'false') ? text === 'true' : text;
}

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
