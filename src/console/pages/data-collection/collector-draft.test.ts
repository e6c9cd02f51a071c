import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectorInput } from '../../../contract/documents/collector.ts';
import { bodyOf, draftOf, problemsOf } from './collector-draft.ts';

test('a collector that is not changed in its form is saved unchanged', () => {
  const stored = {
    ...collectorInput.parse({
      name: 'Shop',
      allowedOrigins: ['https://a.example', 'https://b.example:8443'],
      rate: { limit: 50, perMs: 7_000 },
      privacy: {
        drop: ['a', '*.b'],
        mask: [
          { field: 'c', by: 'last', characters: 3 },
          { field: 'd', by: 'replace', text: '' },
          { field: 'e', by: 'hash' },
        ],
        maskIp: true,
      },
      status: 'disabled',
    }),
    ...{
      id: 'col_1',
      key: 'k',
      previousKey: null,
      previousUntil: null,
      previousUsedAt: null,
      version: 1,
      createdAt: '',
      updatedAt: '',
      updatedBy: '',
    },
  };
  const { name, formats, allowedOrigins, rate, privacy, status } = stored;
  assert.deepEqual(bodyOf(draftOf(stored)), { name, formats, allowedOrigins, rate, privacy, status });
  assert.deepEqual(
    collectorInput.parse(bodyOf({ ...draftOf(null), name: 'New' })),
    collectorInput.parse({ name: 'New' }),
  );
});

test('origins may be typed with blank lines and a slash at the end', () => {
  const draft = { ...draftOf(null), origins: ' https://a.example/ \n\nnonsense\n' };
  assert.deepEqual(bodyOf(draft).allowedOrigins, ['https://a.example', 'nonsense']);
});

test('the form reports a missing name and a limit that is not a number', () => {
  assert.deepEqual(Object.keys(problemsOf({ ...draftOf(null), limit: 'ten' })), ['name', 'rate.limit']);
  assert.deepEqual(problemsOf({ ...draftOf(null), name: 'Shop', limit: '10' }), {});
});
