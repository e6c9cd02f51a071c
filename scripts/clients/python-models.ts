import type { Description } from '../../src/contract/openapi/openapi-document.ts';

type Json = { readonly [key: string]: unknown };

const keywords = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global if import in is
  lambda nonlocal not or pass raise return try while with yield`.split(/\s+/),
);

/** Python types of the schemas of a document: a TypedDict for each object, an alias for each other schema. */
export function pythonModels({ components }: Description): string {
  const written: string[] = [];
  const aliases = new Map<string, Json>();
  for (const [name, schema] of Object.entries(components.schemas))
    if (isObject(schema)) written.push(dictOf(name, schema, written));
    else aliases.set(name, schema);
  // Annotations are read later, aliases at once: after what they name.
  const listed = new Set<string>();
  const addAlias = (name: string, schema: Json) => {
    if (listed.has(name)) return;
    listed.add(name);
    for (const [, other = ''] of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      const needed = aliases.get(other);
      if (needed !== undefined) addAlias(other, needed);
    }
    written.push(aliasOf(name, schema, written));
  };
  for (const [name, schema] of aliases) addAlias(name, schema);
  return `"""Types of the API, made from its OpenAPI document by npm run clients."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

${written.join('\n\n')}\n`;
}

/** The Python type of a schema. Objects in it become types of their own, named `name`, in `written`. */
export function pythonType(schema: Json, name: string, written: string[]): string {
  const { $ref, type, enum: values, const: value, items } = schema;
  if (typeof $ref === 'string') return $ref.slice($ref.lastIndexOf('/') + 1);
  const members = [...listOf(schema['oneOf']), ...listOf(schema['anyOf'])];
  if (members.length > 0) {
    const types = new Set(members.map((one) => pythonType(one, name, written)));
    return types.has('Any') ? 'Any' : [...types].join(' | ');
  }
  if (value !== undefined) return `Literal[${literal(value)}]`;
  if (Array.isArray(values)) return `Literal[${values.map(literal).join(', ')}]`;
  const types = [type ?? 'any'].flat().map((one) => {
    if (one === 'array') return `list[${pythonType(Object(items ?? {}), `${name}Item`, written)}]`;
    return one === 'object' ? objectType(schema, name, written) : (plainTypes[String(one)] ?? 'Any');
  });
  return types.join(' | ');
}

const plainTypes: { [type: string]: string } = {
  string: 'str',
  integer: 'int',
  number: 'float',
  boolean: 'bool',
  null: 'None',
};

function objectType(schema: Json, name: string, written: string[]): string {
  if (isObject(schema)) {
    written.push(dictOf(name, schema, written));
    return name;
  }
  const others = schema['additionalProperties'];
  return typeof others === 'object' && others !== null
    ? `dict[str, ${pythonType(Object(others), `${name}Value`, written)}]`
    : 'dict[str, Any]';
}

function dictOf(name: string, schema: Json, written: string[]): string {
  const required = new Set<unknown>(listOf(schema['required']));
  const members = Object.entries<Json>(Object(schema['properties'])).map(([key, one]) => {
    const plain = pythonType(one, `${name}${key.charAt(0).toUpperCase()}${key.slice(1)}`, written);
    return { key, type: required.has(key) ? plain : `NotRequired[${plain}]`, text: one['description'] };
  });
  const title = comment(schema['description'], '');
  if (members.every(({ key }) => /^[a-z_]\w*$/i.test(key) && !keywords.has(key))) {
    const lines = members.map(({ key, type, text }) => `${comment(text, '    ')}    ${key}: ${type}\n`);
    return `${title}class ${name}(TypedDict):\n${lines.join('') || '    pass\n'}`;
  }
  const lines = members.map(
    ({ key, type, text }) => `${comment(text, '        ')}        ${literal(key)}: ${literal(type)},\n`,
  );
  return `${title}${name} = TypedDict(\n    ${literal(name)},\n    {\n${lines.join('')}    },\n)\n`;
}

function aliasOf(name: string, schema: Json, written: string[]): string {
  return `${comment(schema['description'], '')}${name}: TypeAlias = ${pythonType(schema, `${name}Value`, written)}\n`;
}

function isObject(schema: Json): boolean {
  return schema['type'] === 'object' && Object.keys(Object(schema['properties'])).length > 0;
}

/** A text, number or other constant as Python writes it. */
export function literal(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return JSON.stringify(value);
}

function comment(text: unknown, indent: string): string {
  return typeof text === 'string' ? `${indent}# ${text.replaceAll(/\s+/g, ' ')}\n` : '';
}

/** A name as Python writes it: `eventId` as `event_id`. */
export function snakeCase(name: string): string {
  const snake = name
    .replaceAll(/[^\w]+/g, '_')
    .replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`)
    .toLowerCase();
  return keywords.has(snake) ? `${snake}_` : snake;
}

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value : []);
