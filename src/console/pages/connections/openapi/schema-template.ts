import { isName, member, noteOf } from '../record-template.ts';
import { isObject, type Json, listAt, objectAt, textAt } from './openapi-document.ts';

type Resolve = (value: unknown) => Json;

/** Schemas within schemas. */
const depthMax = 8;
/** Schemas of which one consists. */
const partsMax = 50;
/** Members of an object; what is over them is left out unless it is required. */
const membersMax = 60;
/** Members of a template; objects after them are taken from one field. */
const linesMax = 300;

/**
 * A template that makes the JSON of a schema from the fields of a record. A field that the record lacks is left out. A
 * required object is built from fields of its own (`address.city`), an optional one is taken from one field.
 */
export function jsonTemplate(schema: unknown, resolve: Resolve): string {
  const top = merged(schema, resolve);
  const lines: Lines = { resolve, usesNumber: false, count: 0 };
  const isList = typeOf(top) === 'array';
  const body = isList
    ? `it.data.map((record) => (${literalOf(top['items'], [], '  ', lines, 1)}))`
    : literalOf(top, [], '  ', lines, 0);
  const head = [
    ...(isList ? [] : ['  const record = it.data[0];']),
    ...(lines.usesNumber
      ? ['  const number = (value) => (value === undefined || value === null ? undefined : Number(value));']
      : []),
  ];
  return `{{!\n${[...head, `  return JSON.stringify(${body});`].join('\n')}\n}}`;
}

/** The fields of a form (`application/x-www-form-urlencoded`): those that are required, or else the first ones. */
export function formTemplate(schema: unknown, resolve: Resolve): { template: string; leftOut: string[] } {
  const top = merged(schema, resolve);
  const all = membersOf(top);
  const required = all.filter(([name]) => isRequired(top, name));
  const taken = required.length > 0 ? required : all.slice(0, 10);
  const template = taken.map(([name]) => `${encodeURIComponent(name)}={{ ${member('it.data[0]', name)} }}`).join('&');
  return { template, leftOut: all.filter((one) => !taken.includes(one)).map(([name]) => name) };
}

type Lines = { readonly resolve: Resolve; usesNumber: boolean; count: number };

function literalOf(schema: unknown, path: readonly string[], pad: string, lines: Lines, depth: number): string {
  const own = merged(schema, lines.resolve);
  const field = path.length === 0 ? 'record' : member('record', path.join('.'));
  const fixed = own['const'] ?? (listAt(own, 'enum').length === 1 ? listAt(own, 'enum')[0] : undefined);
  if (fixed !== undefined) return JSON.stringify(fixed);
  switch (typeOf(own)) {
    case 'object':
      return objectOf(own, field, path, pad, lines, depth);
    case 'array': {
      const item = merged(own['items'], lines.resolve);
      if (typeOf(item) !== 'object') return `[${field}].flat()`;
      return `[${literalOf(item, path, pad, lines, depth + 1)}]`;
    }
    case 'integer':
    case 'number':
      lines.usesNumber = true;
      return `number(${field})`;
    default:
      return field;
  }
}

function objectOf(own: Json, field: string, path: readonly string[], pad: string, lines: Lines, depth: number): string {
  const all = membersOf(own);
  if (all.length === 0 || depth >= depthMax || lines.count >= linesMax) return field;
  const inner = `${pad}  `;
  const taken = all.filter(([name], index) => index < membersMax || isRequired(own, name));
  lines.count += taken.length;
  const rows = taken.map(([name, one]) => {
    const required = isRequired(own, name);
    const schema = merged(one, lines.resolve);
    const isWhole = !required && ['object', 'array'].includes(typeOf(schema));
    const value = isWhole
      ? member('record', [...path, name].join('.'))
      : literalOf(schema, [...path, name], inner, lines, depth + 1);
    return `${inner}${isName.test(name) ? name : JSON.stringify(name)}: ${value},${schemaNote(schema, required)}\n`;
  });
  return `{\n${rows.join('')}${pad}}`;
}

/** What the schema says of a member, on the same line. */
function schemaNote(schema: Json, required: boolean): string {
  const choices = listAt(schema, 'enum').map(String).join(', ');
  const text = [required ? 'required' : '', choices === '' ? typeOf(schema) : choices, textAt(schema, 'description')]
    .filter((one) => one !== '')
    .join('; ');
  return noteOf(text.replaceAll(/\s+/g, ' '), 90);
}

const membersOf = (schema: Json): [string, unknown][] =>
  Object.entries(objectAt(schema, 'properties')).filter(([name, one]) => {
    if (!isObject(one)) return false;
    return one['readOnly'] !== true && (one['deprecated'] !== true || isRequired(schema, name));
  });

const isRequired = (schema: Json, name: string): boolean => listAt(schema, 'required').includes(name);

/** A schema with the members of all that it consists of; of alternatives the first. What comes first wins. */
function merged(schema: unknown, resolve: Resolve): Json {
  const own = resolve(schema);
  const parts = new Set<Json>();
  const waiting: unknown[] = [own];
  while (waiting.length > 0 && parts.size < partsMax) {
    const part = resolve(waiting.shift());
    if (parts.has(part)) continue;
    parts.add(part);
    waiting.push(...listAt(part, 'allOf'), ...listAt(part, 'oneOf').slice(0, 1), ...listAt(part, 'anyOf').slice(0, 1));
  }
  if (parts.size === 1) return own;
  const all = [...parts].reverse();
  return {
    ...Object.assign({}, ...all),
    properties: Object.assign({}, ...all.map((one) => objectAt(one, 'properties'))),
    required: all.flatMap((one) => listAt(one, 'required')),
  };
}

function typeOf(schema: Json): string {
  const type = schema['type'];
  const name = Array.isArray(type) ? type.find((one) => one !== 'null') : type;
  if (typeof name === 'string') return name;
  return Object.keys(objectAt(schema, 'properties')).length > 0 ? 'object' : 'string';
}
