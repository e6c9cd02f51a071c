import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { writeOnlyPlaces } from '../../test/security/secret-places.ts';
import { documentInputs } from './documents/document-inputs.ts';
import { secretInput } from './secret.ts';
import { secretLocations } from './secret-locations.ts';

test('every write-only field of every kind of document is a place of secrets', () => {
  const places = Object.values(documentInputs).flatMap((schema) => secretLocations(schema));
  const paths = new Set(places.map(({ path }) => path.join('.')));
  assert.deepEqual([...paths].sort(), writeOnlyPlaces());
});

test('a secret is found in lists, records, unions, tuples, wrappers and schemas that contain themselves', () => {
  const tree = z.strictObject({
    key: secretInput,
    get children() {
      return z.array(tree);
    },
  });
  const schema = z
    .strictObject({
      plain: z.string(),
      described: secretInput.meta({ description: 'Its own words' }).optional(),
      pair: z.tuple([z.string(), secretInput]),
      byName: z.record(z.string(), z.union([z.string(), secretInput])),
      one: z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('a'), value: z.string() }),
        z.strictObject({ type: z.literal('b'), value: secretInput.transform((text) => text) }),
      ]),
      tree: z.lazy(() => tree).prefault({ key: null, children: [] }),
    })
    .refine(() => true);
  assert.deepEqual(
    secretLocations(schema).map(({ path, owner, mayBePlain }) => [path.join('.'), owner, mayBePlain]),
    [
      ['described', {}, false],
      ['pair.*', {}, false],
      ['byName.*', {}, true],
      ['one.value', { type: 'b' }, false],
      ['tree.key', {}, false],
    ],
  );
});
