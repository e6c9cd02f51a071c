import fc from 'fast-check';
import { z } from 'zod';
import type { ManagedKind } from '../../contract/documents/document.ts';
import { documentInputs } from '../../contract/documents/document-inputs.ts';
import { listOperators, orderOperators, presenceOperators, textOperators } from '../../contract/documents/operators.ts';
import { givenValues, type Node, textValues } from './document-samples.testing.ts';

type Json = Record<string, unknown>;

const text = fc.constantFrom('1', 'text', 'Ünï 字', '0');

/** Conditions of every form, nested. */
const conditions = fc.letrec<{ any: Json }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.record({ parameter: text, operator: fc.constantFrom(...presenceOperators) }),
    fc.record({
      parameter: text,
      operator: fc.constantFrom(...textOperators, ...orderOperators),
      value: fc.constantFrom('1', 'a'),
      ignoreCase: fc.boolean(),
    }),
    fc.record({
      parameter: text,
      operator: fc.constantFrom(...listOperators),
      value: fc.array(text, { minLength: 1 }),
    }),
    fc.record({ parameter: text, operator: fc.constant('between'), value: fc.constant(['1', '2']) }),
    fc.record({ behavior: fc.constant('Purchase') }),
    fc.record({ all: fc.array(tie('any'), { maxLength: 2 }) }),
    fc.record({ any: fc.array(tie('any'), { maxLength: 2 }) }),
    fc.record({ not: tie('any') }),
  ),
})).any;

/** Random bodies of a kind of document from its schema; most of them are valid. */
export function randomDocuments(kind: ManagedKind): fc.Arbitrary<Json> {
  const root = z.toJSONSchema(documentInputs[kind], { io: 'input', unrepresentable: 'any' }) as Node; // a JSON Schema
  return valuesOf(root, kind, root) as fc.Arbitrary<Json>; // documents are objects
}

function valuesOf(node: Node, place: string, root: Node): fc.Arbitrary<unknown> {
  if (place === 'action.rules' || place === 'behavior.condition') return conditions;
  const own = givenValues[place];
  if (own !== undefined) return fc.constantFrom(...own);
  if (node.description?.startsWith('Write-only')) return fc.constant(`secret-${place.replaceAll(/\W/g, '-')}`);
  const branches = node.anyOf ?? node.oneOf;
  if (branches !== undefined) return fc.oneof(...branches.map((one) => valuesOf(one, place, root)));
  if (node.const !== undefined) return fc.constant(node.const);
  if (node.enum !== undefined) return fc.constantFrom(...node.enum);
  switch (node.type) {
    case 'object':
      return objectsOf(node, place, root);
    case 'array':
      return listsOf(node, place, root);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'integer':
      return fc.integer(bounds(node));
    case 'number':
      return fc.integer(bounds(node)).map((one) => one + (node.maximum === one ? 0 : 0.25));
    case 'string':
      return fc.constantFrom(
        textValues[place.split('.').at(-1) ?? ''] ?? textValues[place.split('.').at(-2) ?? ''] ?? 'text',
      );
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

/** Optional members are left out half of the time. */
function objectsOf(node: Node, place: string, root: Node): fc.Arbitrary<unknown> {
  if (typeof node.additionalProperties === 'object' && node.properties === undefined)
    return fc.dictionary(fc.constantFrom('own', 'other'), valuesOf(node.additionalProperties, `${place}.*`, root));
  const members = Object.entries(node.properties ?? {}).filter(
    ([name]) => givenValues[`${place}.${name}`]?.length !== 0,
  );
  const model = Object.fromEntries(members.map(([name, child]) => [name, valuesOf(child, `${place}.${name}`, root)]));
  const requiredKeys = members.map(([name]) => name).filter((name) => node.required?.includes(name) === true);
  return fc.record(model, { requiredKeys });
}

/** Names in a list differ. */
function listsOf(node: Node, place: string, root: Node): fc.Arbitrary<unknown> {
  if (node.prefixItems !== undefined)
    return fc.tuple(...node.prefixItems.map((child, at) => valuesOf(child, `${place}.${at}`, root)));
  const most = Math.min(node.maxItems ?? 3, 3);
  const least = Math.min(node.minItems ?? 0, most);
  return fc
    .array(valuesOf(node.items ?? {}, `${place}.*`, root), { minLength: least, maxLength: most })
    .map((items) => items.map(withOwnName));
}

function withOwnName(item: unknown, at: number): unknown {
  const fields = Object(item) as Json; // a text or a number has none
  const name = ['name', 'field'].find((one) => typeof fields[one] === 'string');
  return name === undefined ? item : { ...fields, [name]: `${String(fields[name])}${at}` };
}

function bounds({ minimum = 0, maximum = 1_000 }: Node): { min: number; max: number } {
  const min = Math.max(Math.ceil(minimum), 0);
  return { min, max: Math.max(min, Math.floor(Math.min(maximum, min + 1_000))) };
}
