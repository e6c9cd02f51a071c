import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alert } from '../../../contract/documents/alert.ts';
import { bodyOf, draftOf, keptOf, problemsOf } from './alert-draft.ts';

const updatedAt = '2026-01-02T03:04:05Z';
const stamp = { id: 'alr_1', version: 1, createdAt: updatedAt, updatedAt, updatedBy: 'me' };
const health = { state: 'ok', reason: null, since: null, lastSentAt: null, waiting: 0 };
const mark = { set: true, updatedAt };
const stored = [
  {
    type: 'email',
    settings: {
      host: 'smtp.example',
      port: 2525,
      password: mark,
      username: 'u',
      from: 'a@b.example',
      to: ['c@d.example'],
    },
    rules: {
      minSeverity: 'critical',
      on: ['opened'],
      kinds: ['failing'],
      connectionIds: ['con_1'],
      remindEveryMs: null,
    },
    quietHours: { timeZone: 'Europe/Berlin', from: '22:00', to: '07:00', days: ['mon'], exceptCritical: false },
  },
  { type: 'slack', settings: { hookUrl: mark } },
  {
    type: 'webhook',
    settings: { url: 'https://a.example', secret: mark, previousSecret: mark, previousUntil: updatedAt },
    rules: { actionIds: ['act_1'] },
  },
].map((one) => alert.parse({ ...stamp, health, name: 'Ops', ...one }));

test('saving an alert of any channel in which nothing was changed changes nothing', () => {
  for (const one of stored) {
    const { id, version, createdAt, updatedAt: _at, updatedBy, health: _health, warnings, ...body } = one;
    assert.deepEqual(bodyOf(draftOf(one)), body, one.type);
    assert.deepEqual(problemsOf(draftOf(one)), {}, one.type);
  }
});

test('recipients are taken from lines, commas and semicolons, and a port beyond its bounds is told', () => {
  const draft = {
    ...draftOf(null),
    name: 'Ops',
    host: 'h',
    from: 'a@b.example',
    to: 'a@b.example, c@d.example;e@f.example',
  };
  const { settings } = bodyOf(draft);
  assert.deepEqual('to' in settings && settings.to, ['a@b.example', 'c@d.example', 'e@f.example']);
  assert.deepEqual(problemsOf({ ...draft, port: '70000' }), {
    'settings.port': 'Enter a whole number from 1 to 65,535.',
  });
});

test('no secret that was typed is kept in the browser', () => {
  assert.doesNotMatch(JSON.stringify(keptOf({ ...draftOf(null), password: 'typed', hookUrl: 'typed' })), /typed/);
});
