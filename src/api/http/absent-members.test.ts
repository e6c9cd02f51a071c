import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionInput } from '../../contract/documents/action.ts';
import { connectionInput } from '../../contract/documents/connection.ts';
import { withoutAbsent } from './absent-members.ts';

const nothing = { all: null, any: null, not: null, behavior: null, parameter: null, operator: null, value: null };
const empty = { ...nothing, all: [], any: [], ignoreCase: null };
const buy = { parameter: 'a', operator: 'equals', value: 'buy' };

const action = (more: object) => ({ name: 'A', description: 'x', ...more });
const row = (more: object) => action({ destinations: [{ destinationId: 'd', mapping: [{ field: 'f', ...more }] }] });

for (const { name, given, read } of [
  {
    name: 'an optional member that is null is left out',
    given: action({ status: null, rules: null, destinations: null }),
    read: action({}),
  },
  { name: 'a required member that is null stays', given: action({ name: null }), read: action({ name: null }) },
  { name: 'an unknown member that is null stays', given: action({ other: null }), read: action({ other: null }) },
  {
    name: 'a comparison has no members of other forms of a condition',
    given: action({ rules: { ...empty, ...buy } }),
    read: action({ rules: buy }),
  },
  {
    name: 'conditions in a condition are read alike',
    given: action({ rules: { ...empty, any: [{ ...empty, not: { ...nothing, ...buy } }] } }),
    read: action({ rules: { any: [{ not: buy }] } }),
  },
  {
    name: 'a condition of every event stays',
    given: action({ rules: { ...nothing, all: [] } }),
    read: action({ rules: { all: [] } }),
  },
  {
    name: 'a condition of two forms stays',
    given: action({ rules: { all: [buy], any: [buy] } }),
    read: action({ rules: { all: [buy], any: [buy] } }),
  },
  {
    name: 'a mapping row with an expression has no value',
    given: row({ expression: 'it.a', value: null, parameter: null, as: null }),
    read: row({ expression: 'it.a' }),
  },
  {
    name: 'a mapping row with a parameter has no value',
    given: row({ parameter: 'a', value: null, expression: null, as: 'text' }),
    read: row({ parameter: 'a', as: 'text' }),
  },
  {
    name: 'a mapping row with the value null has it',
    given: row({ value: null, parameter: null, expression: null }),
    read: row({ value: null }),
  },
])
  test(name, () => {
    assert.deepEqual(withoutAbsent(actionInput, given), read);
  });

test('a member of another kind of authentication that is null is left out, and a null that a member takes stays', () => {
  const auth = { type: 'basic', username: 'u', password: null };
  const given = { name: 'C', baseUrl: 'https://c.example', auth: { ...auth, token: null }, port: null };
  assert.deepEqual(withoutAbsent(connectionInput, given), { ...given, auth });
});
