import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inboxRuleInput } from '../../../contract/records/inbox.ts';
import { bodyOf, draftOf, presets, problemsOf } from './rule-draft.ts';

test('every ready-made answer is one that the server takes', () => {
  for (const [name, preset] of Object.entries(presets))
    assert.ok(inboxRuleInput.safeParse(bodyOf({ inbox: 'crm', ...preset })).success, name);
});

test('a rule goes through its form unchanged, and a field without a number has an error', () => {
  const rule = { inbox: 'crm', status: 201, delayMs: 5, failFirst: 2, body: 'x', failsLeft: 1 };
  assert.deepEqual(bodyOf(draftOf('crm', rule)), { status: 201, delayMs: 5, failFirst: 2, body: 'x' });
  assert.deepEqual(bodyOf(draftOf('new', undefined)), inboxRuleInput.parse({}));
  const wrong = problemsOf({ inbox: ' ', status: 'ok', delayMs: '', failFirst: '1', body: '' });
  assert.deepEqual(Object.keys(wrong), ['inbox', 'status', 'delayMs']);
});
