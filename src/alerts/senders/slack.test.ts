import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startReceiver } from '../../../test/support/receiver.ts';
import { alertInput } from '../../contract/documents/alert.ts';
import { openEgress } from '../../egress/http1/testing/open-egress.testing.ts';
import { titleOf } from '../message-text.ts';
import { notice, secretOf } from '../notifier.testing.ts';
import { sendSlack } from './slack.ts';

const clock = { now: () => Date.parse('2026-01-02T03:04:05Z'), after: () => () => {} };

test('a long cause is cut within what Slack allows, between characters', async () => {
  await using receiver = await startReceiver();
  await using egress = openEgress();
  const alert = alertInput.parse({ type: 'slack', name: 'On call', settings: {} });
  assert.ok(alert.type === 'slack');
  const body = { ...alert, settings: { ...alert.settings, hookUrl: secretOf(`${receiver.url}/hook`) } };
  const send = async (detail: string) => {
    const notices = [{ ...notice('i1', 'opened', clock), detail }];
    const head = { about: 'changes' as const, notices, total: 1 };
    const times = { createdAt: 0, dueAt: 0, firstAttemptAt: 0, finishedAt: null };
    const stored = { id: 'msg_1', alertId: 'alr_1', status: 'waiting' as const, attempts: 1, detail: null };
    const message = { ...stored, ...head, ...times, title: titleOf(head) };
    const http = { egress, baseUrl: 'https://millrace.example', now: clock.now, scrub: (text: string) => text };
    assert.equal((await sendSlack({ id: 'alr_1', body }, message, http)).ok, true);
    const { blocks } = JSON.parse(receiver.at('/hook').at(-1)?.body ?? '');
    const { text }: { text: string } = blocks[0].text;
    return text;
  };
  // One of two neighbouring lengths has the second half of a pair, and one of five a part of `&amp;`, at the end.
  for (let before = 0; before < 5; before++)
    for (const [cause, whole] of [
      ['😀', /😀$/u],
      ['&', /&amp;$/],
    ] as const) {
      const text = await send('x'.repeat(before) + cause.repeat(3_000));
      assert.ok(text.length <= 3_000 && text.length > 2_890, `${text.length}`);
      assert.ok(text.isWellFormed());
      assert.match(text, whole);
    }
});
