import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Parameter } from '../../../contract/documents/parameter.ts';
import { knownParameters } from '../../../rules/known-parameters.ts';
import { parameterWords } from '../../messages/en.ts';
import { grouped, isFound, labelOf, valuesOf } from './named-parameter.ts';

function parameter(name: string, share = 0.5): Parameter {
  const known = knownParameters.find((one) => one.name === name);
  const seen = { firstSeenAt: null, lastSeenAt: null, examples: [], offered: true, known: known !== undefined };
  return { name, description: known?.description ?? '', type: 'text', share, ...seen };
}

test('every known parameter has a label', () => {
  assert.deepEqual(
    knownParameters.map(({ name }) => name).filter((name) => parameterWords[name] === undefined),
    [],
  );
});

test('the words of a shop find the order value', () => {
  for (const search of ['total', 'Value', 'price', 'revenue', 'order value', 'tx_s'])
    assert.equal(isFound(parameter('wt.tx_s'), search), true, search);
  assert.equal(isFound(parameter('wt.tx_s'), 'visitor'), false);
});

test('a parameter of the site is called by its own name', () => {
  assert.equal(labelOf('cart_value'), 'Cart value');
  assert.equal(labelOf('properties.firstName'), 'First Name');
});

test('parameters that were never seen come last, in a group of their own', () => {
  const groups = grouped(
    ['wt.tx_i', 'cart_value', 'wt.tx_s'].map((name) => parameter(name, name === 'wt.tx_i' ? 0 : 1)),
  );
  assert.deepEqual(
    groups.map(({ group, items }) => [group, items.map(({ name }) => name)]),
    [
      ['Your parameters', ['cart_value']],
      ['Order and cart', ['wt.tx_s']],
      ['Not seen on events yet', ['wt.tx_i']],
    ],
  );
});

test('the attributes of behaviors are suggested before all other parameters', () => {
  const groups = grouped(
    ['cart_value', 'wt.tx_i', 'wt.tx_s'].map((name) => parameter(name)),
    ['wt.tx_s', 'wt.tx_i', 'not_known'],
  );
  assert.deepEqual(
    groups.map(({ group, items }) => [group, items.map(({ name }) => name)]),
    [
      ['Attributes of the behaviors', ['wt.tx_s', 'wt.tx_i']],
      ['Your parameters', ['cart_value']],
    ],
  );
});

test('values to choose from are those of events first, each once', () => {
  assert.deepEqual(valuesOf('ext.device.type', ['mobile']), ['mobile', 'desktop', 'tablet']);
  assert.deepEqual(valuesOf('cart_value', ['120']), ['120']);
});
