import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roleRoutes } from '../accounts/role.ts';
import { tokenRoutes } from '../accounts/token.ts';
import { userRoutes } from '../accounts/user.ts';
import { stamp } from './document.ts';
import { documentInputs, documentOutputs } from './document-inputs.ts';
import { serverSetFields } from './server-set-fields.ts';
import { settings, settingsInput } from './settings.ts';

test('the fields that the server sets are those that GET returns beside what a client writes', () => {
  const kinds = Object.keys(documentInputs) as (keyof typeof documentInputs)[]; // the keys of a closed object
  const documents = kinds.map((kind) => [kind, { body: documentInputs[kind], output: documentOutputs[kind] }] as const);
  const accounts = { user: userRoutes.changeUser, token: tokenRoutes.changeToken, role: roleRoutes.changeRole };
  const all = [
    ...documents,
    ...Object.entries(accounts),
    ['settings', { body: settingsInput, output: settings }],
  ] as const;
  const found = all.map(([name, schemas]) => [name, [...serverSetFields(schemas)].filter((one) => !(one in stamp))]);
  assert.deepEqual(Object.fromEntries(found), {
    collector: ['warnings', 'key', 'previousKey', 'previousUntil', 'previousUsedAt'],
    connection: ['warnings', 'health'],
    destination: ['warnings', 'health'],
    behavior: ['standard', 'usedBy'],
    action: ['warnings'],
    alert: ['warnings', 'health'],
    user: ['invited', 'sso', 'lastSignInAt'],
    token: ['userId', 'lastUsedAt'],
    role: ['fixed', 'users'],
    settings: ['origins', 'configuration'],
  });
});
