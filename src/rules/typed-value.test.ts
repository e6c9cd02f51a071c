import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MappedType } from '../contract/documents/action.ts';
import { typedValue } from './typed-value.ts';

const fitting: [value: unknown, as: MappedType, typed: unknown][] = [
  ['120.90', 'text', '120.90'],
  [['a', 'b'], 'text', ['a', 'b']],
  ['', 'text', ''],
  ['120.90', 'number', 120.9],
  [' -7 ', 'number', -7],
  ['.5', 'number', 0.5],
  ['1e3', 'number', 1000],
  ['9007199254740991', 'number', 9007199254740991],
  [3, 'number', 3],
  ['Yes', 'boolean', true],
  ['0', 'boolean', false],
  ['OFF', 'boolean', false],
  [1, 'boolean', true],
  [true, 'boolean', true],
  ['red; green ;;blue', 'list', ['red', 'green', 'blue']],
  ['one', 'list', ['one']],
  ['["a;b", "c"]', 'list', ['a;b', 'c']],
  ['[draft]; other', 'list', ['[draft]', 'other']],
  [['a'], 'list', ['a']],
  [5, 'list', [5]],
  ['{"a": [1]}', 'json', { a: [1] }],
  ['null', 'json', null],
  [{ a: '1' }, 'json', { a: '1' }],
];

const misfitting: [value: unknown, as: MappedType, misfit: string][] = [
  ['120,90', 'number', 'not_number'],
  ['12 EUR', 'number', 'not_number'],
  ['0x10', 'number', 'not_number'],
  ['Infinity', 'number', 'not_number'],
  ['1e999', 'number', 'not_number'],
  [['1'], 'number', 'not_number'],
  ['9007199254740993', 'number', 'inexact_number'],
  ['maybe', 'boolean', 'not_boolean'],
  [{ a: '1' }, 'boolean', 'not_boolean'],
  [{ a: '1' }, 'list', 'not_list'],
  ['{a: 1}', 'json', 'not_json'],
];

test('a value that fits a type is sent as that type', () => {
  for (const [value, as, typed] of fitting)
    assert.deepEqual(typedValue(value, as), { ok: true, value: typed }, `${JSON.stringify(value)} as ${as}`);
});

test('a value that does not fit a type is never sent as another value', () => {
  for (const [value, as, misfit] of misfitting)
    assert.deepEqual(typedValue(value, as), { ok: false, misfit }, `${JSON.stringify(value)} as ${as}`);
});

test('a missing value and blank text have no value as any type but text', () => {
  for (const as of ['number', 'boolean', 'list', 'json'] as const)
    for (const value of [undefined, '', '  ']) assert.deepEqual(typedValue(value, as), { ok: true, value: undefined });
});
