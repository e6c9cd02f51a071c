import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionInput } from '../../contract/documents/connection.ts';
import { destinationInput } from '../../contract/documents/destination.ts';
import { renderInVm } from '../../template/testing/render-in-vm.testing.ts';
import { bodyOf } from '../pages/connections/form/connection-draft.ts';
import { startOf } from '../pages/connections/new/start.ts';
import { presets, presetsLike } from './presets.ts';

for (const preset of presets) {
  const { name, destinations } = preset;
  test(`the preset ${name} can be saved once its secrets are entered`, () => {
    const start = startOf(preset);
    assert.ok(connectionInput.safeParse(bodyOf({ ...start.draft, clientId: 'entered' }, null)).success);
    for (const body of start.destinations) assert.ok(destinationInput.safeParse(body).success, body.name);
    assert.ok(start.destinations.length > 0);
    assert.ok(start.destinations.every((body) => body.status === 'disabled'));
  });

  test(`the templates of the preset ${name} compile, render JSON, and skip what lacks the essentials`, () => {
    for (const { template, path, contentType, sample } of destinations) {
      const meta = { deliveryId: 'dlv_1', time: '2026-01-02T03:04:05.000Z' };
      const made = renderInVm(template, { data: [sample], meta }, { path, contentType });
      assert.equal(made.kind, 'body');
      assert.equal(typeof JSON.parse(made.kind === 'body' ? made.body : ''), 'object');
      assert.notEqual(renderInVm(template, { data: [{}], meta }, { path: '/', contentType }).kind, 'failed');
    }
  });
}

test('an address made from an e-mail address is the same however that was written', () => {
  const [member] = presets.find(({ id }) => id === 'mailchimp')?.destinations ?? [];
  const path = (email: string) => {
    const made = renderInVm(member?.template ?? '', { data: [{ email }] }, { path: member?.path ?? '' });
    return made.kind === 'body' ? made.path : '';
  };
  assert.match(path('Ada@Example.com '), /\/members\/[0-9a-f]{32}$/);
  assert.equal(path('Ada@Example.com '), path('ada@example.com'));
});

test('presets are found by name and by what they are for', () => {
  assert.deepEqual(
    presetsLike('slack').map(({ id }) => id),
    ['slack'],
  );
  assert.ok(presetsLike('ticket').some(({ id }) => id === 'zendesk'));
  assert.ok(presets.length >= 12);
  assert.equal(new Set(presets.map(({ id }) => id)).size, presets.length);
});
