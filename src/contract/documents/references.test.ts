import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { schemasIn } from '../schema-walk.ts';
import { documentInputs } from './document-inputs.ts';
import { mapReferences, referencesIn, refersTo } from './references.ts';
import { transferKinds } from './transfer-kinds.ts';

const isNamedForKind = (key: string) => transferKinds.some((kind) => [kind, `${kind}Id`, `${kind}Ids`].includes(key));

/** The paths of the members of a schema that are named for a kind of document. */
function* idMembers(
  schema: z.core.$ZodType,
  path: readonly string[] = [],
  open: readonly z.core.$ZodType[] = [],
): Generator<string> {
  if (open.includes(schema)) return;
  for (const { key, schema: inner } of schemasIn(schema)) {
    const at = key === null ? path : [...path, key];
    if (key !== null && isNamedForKind(key)) yield at.join('.');
    else yield* idMembers(inner, at, [...open, schema]);
  }
}

/** An object or list with a text at a path; `*` is an item. */
function withText([key, ...rest]: readonly string[], text: string): unknown {
  if (key === undefined) return text;
  return key === '*' ? [withText(rest, text)] : { [key]: withText(rest, text) };
}

test('every member of a document that is named for a kind of document is a reference to it', () => {
  const found = Object.entries(documentInputs).flatMap(([kind, schema]) =>
    [...new Set(idMembers(schema))].map((path) => {
      const value = withText(path.endsWith('Ids') ? [...path.split('.'), '*'] : path.split('.'), 'x_1');
      const [first] = referencesIn(schema, value);
      return [kind, path, first?.to, first?.id, first?.isLoose];
    }),
  );
  assert.deepEqual(found.toSorted(), [
    ['action', 'destinations.*.destinationId', 'destination', 'x_1', false],
    ['action', 'rules.behavior', 'behavior', 'x_1', false],
    ['alert', 'rules.actionIds', 'action', 'x_1', true],
    ['alert', 'rules.connectionIds', 'connection', 'x_1', true],
    ['behavior', 'condition.behavior', 'behavior', 'x_1', false],
    ['destination', 'connectionId', 'connection', 'x_1', false],
  ]);
});

test('references are found and mapped in any depth of a schema that contains itself, and in documents that are not valid', () => {
  const tree = z.strictObject({
    actionId: refersTo('action', z.string()).nullable(),
    get children() {
      return z.array(tree).optional();
    },
  });
  const names = { other: 1, action: 'A', children: [{ action: 'B', children: [7, { action: null }] }] };
  const ids = mapReferences(tree, names, 'names', (to, text, path) => `${to} ${text} ${path.join('/')}`);
  assert.deepEqual(ids, {
    actionId: 'action A action',
    other: 1,
    children: [{ actionId: 'action B children/0/action', children: [7, {}] }],
  });
  assert.deepEqual(
    Array.from(referencesIn(tree, ids), ({ id }) => id.split(' ')[1]),
    ['A', 'B'],
  );
  assert.deepEqual(
    mapReferences(tree, ids, 'ids', (_, id) => id.split(' ')[1] ?? ''),
    { other: 1, action: 'A', children: [{ action: 'B', children: [7, {}] }] },
    'a name that is null was left out',
  );
});

test('a copy with names is made again into the same ids', () => {
  const action = {
    name: 'A',
    rules: { all: [{ not: { behavior: 'beh_1' } }, { any: [{ behavior: 'beh_2' }] }] },
    destinations: [{ destinationId: 'dst_1', mapping: [] }],
  };
  const swap = (from: string, to: string) => (_: string, text: string) => text.replace(from, to);
  const names = mapReferences(documentInputs.action, action, 'ids', swap('_', ' '));
  assert.deepEqual(names['destinations'], [{ destination: 'dst 1', mapping: [] }]);
  assert.deepEqual(mapReferences(documentInputs.action, names, 'names', swap(' ', '_')), action);
});
