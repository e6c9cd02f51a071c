import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { showAs } from './shown-as.ts';

test('an object shown as YAML reads as what it is, but for its secrets and what the server adds', () => {
  const document = {
    id: 'con_1',
    version: 3,
    name: 'yes: a "name" #1',
    description: 'two\nlines\n',
    template: '{{! return JSON.stringify(it.data[0]); }}\n\n',
    flags: { empty: {}, none: null, list: [], numbers: [1, 2.5], text: ' 007 ', date: '2026-01-02', on: 'on' },
    rules: { all: [{ parameter: 'wt.ev', value: ['a', 'b'], deep: [{ x: [[1], [2]] }] }, { behavior: 'beh_1' }] },
    auth: { type: 'bearer', token: { set: true, updatedAt: '2026-01-02T03:04:05Z' } },
    kept: { set: true, updatedAt: '2026-01-02T03:04:05Z', ref: 'env:CRM_TOKEN' },
  };
  const { id: _id, version: _version, ...written } = document;
  const shown = parse(showAs({ kind: 'connections', document }, 'http://x').YAML);
  assert.deepEqual(shown, {
    connections: [{ ...written, auth: { type: 'bearer', token: null }, kept: { set: true, ref: 'env:CRM_TOKEN' } }],
  });
});
