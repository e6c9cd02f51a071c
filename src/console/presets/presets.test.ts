import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionInput } from '../../contract/documents/connection.ts';
import { destinationInput } from '../../contract/documents/destination.ts';
import { renderInVm } from '../../template/testing/render-in-vm.testing.ts';
import { bodyOf } from '../parts/connection/form/connection-draft.ts';
import { startOf } from '../parts/connection/start.ts';
import { filledIn, placeholderIn } from './placeholders.ts';
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
      const made = renderInVm(template, { data: [sample], events: [], meta }, { path, contentType });
      assert.equal(made.kind, 'body');
      assert.equal(typeof JSON.parse(made.kind === 'body' ? made.body : ''), 'object');
      assert.notEqual(
        renderInVm(template, { data: [{}], events: [], meta }, { path: '/', contentType }).kind,
        'failed',
      );
    }
  });
}

test('what the addresses of a preset need of an account is asked for, and no placeholder is left then', () => {
  for (const preset of presets) {
    const { draft, destinations } = startOf(preset);
    const values = Object.fromEntries(preset.values.map(({ placeholder }) => [placeholder, 'my own/value']));
    const body = bodyOf({ ...draft, values }, null);
    const paths = destinations.map(({ path = '' }) => filledIn(path, values));
    assert.equal(placeholderIn(body.baseUrl, JSON.stringify(body.auth), ...paths), null, preset.name);
    const given = [draft.baseUrl, draft.accessTokenUrl, ...destinations.map(({ path = '' }) => path)];
    for (const { placeholder } of preset.values)
      assert.ok(
        given.some((text) => text.includes(placeholder)),
        `${preset.name} uses ${placeholder}`,
      );
    const unasked = given.flatMap((text) => text.match(/[A-Z]{4,}[A-Z_]*|X{4,}/g) ?? []);
    const asked = preset.values.map(({ placeholder }) => placeholder).join();
    assert.deepEqual(
      unasked.filter((one) => !asked.includes(one)),
      [],
      preset.name,
    );
  }
  assert.equal(filledIn('/lists/AUDIENCE_ID/members', { AUDIENCE_ID: 'a b' }), '/lists/a%20b/members');
});

test('a preset sends the time of the event, also when that is replayed later', () => {
  const events = [{ occurredAt: '2025-12-24T10:00:00.000Z' }];
  for (const { name, destinations } of presets)
    for (const { template, path, contentType, sample } of destinations) {
      const at = (time: string) =>
        renderInVm(template, { data: [sample], events, meta: { time } }, { path, contentType });
      assert.deepEqual(at('2026-01-02T03:04:05.000Z'), at('2026-03-04T05:06:07.000Z'), name);
    }
});

test('texts of visitors notify no channel of Slack', () => {
  const [post] = presets.find(({ id }) => id === 'slack')?.destinations ?? [];
  for (const record of [{ text: 'a <!channel> & <https://shop.example|link>' }, { product: '<!here>' }]) {
    const made = renderInVm(post?.template ?? '', { data: [record] });
    assert.ok(made.kind === 'body' && !made.body.includes('<!'), JSON.stringify(made));
  }
});

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
