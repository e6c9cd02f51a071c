import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectorInput } from '../../../contract/documents/collector.ts';
import { bodyOf, draftOf, keptOf, problemsOf } from './collector-draft.ts';

test('a collector that is not changed in its form is saved unchanged', () => {
  const stored = {
    ...collectorInput.parse({
      name: 'Shop',
      allowedOrigins: ['https://a.example', 'https://b.example:8443'],
      rate: { limit: 50, perMs: 7_000 },
      privacy: {
        drop: ['a', '*.b'],
        mask: [
          { field: 'c', by: 'last', characters: 3 },
          { field: 'd', by: 'replace', text: '' },
          { field: 'e', by: 'hash' },
        ],
        maskIp: true,
      },
      status: 'disabled',
      formats: ['infinity', 'webhooks'],
      enrichment: { device: true, campaign: false, location: true },
      webhooks: {
        scheme: 'hmac',
        secret: { set: true, updatedAt: '2026-01-01T00:00:00Z' },
        previousUntil: '2026-03-01T00:00:00Z',
        header: 'X-Signature',
        prefix: 'v0=',
        signed: '{timestamp}.{body}',
        timeHeader: 'X-Time',
        toleranceMs: 60_000,
        visitor: 'user.id',
      },
    }),
    ...{
      id: 'col_1',
      key: 'k',
      previousKey: null,
      previousUntil: null,
      previousUsedAt: null,
      version: 1,
      createdAt: '',
      updatedAt: '',
      updatedBy: '',
    },
  };
  const { name, formats, allowedOrigins, rate, privacy, status, webhooks, enrichment } = stored;
  assert.deepEqual(bodyOf(draftOf(stored)), {
    name,
    formats,
    allowedOrigins,
    rate,
    privacy,
    status,
    webhooks,
    enrichment,
  });
  assert.deepEqual(
    collectorInput.parse(bodyOf({ ...draftOf(null), name: 'New' })),
    collectorInput.parse({ name: 'New' }),
  );
});

test('origins may be typed with blank lines and a slash at the end', () => {
  const draft = { ...draftOf(null), origins: ' https://a.example/ \n\nnonsense\n' };
  assert.deepEqual(bodyOf(draft).allowedOrigins, ['https://a.example', 'nonsense']);
});

test('the form reports a missing name and a limit that is not a number', () => {
  assert.deepEqual(Object.keys(problemsOf({ ...draftOf(null), limit: 'ten' })), ['name', 'rate.limit']);
  assert.deepEqual(problemsOf({ ...draftOf(null), name: 'Shop', limit: '10' }), {});
});

test('the browser keeps no webhook secret that was typed', () => {
  const draft = { ...draftOf(null), 'webhooks.secret': 'typed', 'webhooks.previousSecret': 'typed too' };
  assert.doesNotMatch(JSON.stringify(keptOf(draft)), /typed/);
});

test('a scheme needs its fields in the form, and the end of the previous secret has to be a time', () => {
  const draft = { ...draftOf(null), name: 'Shop', 'webhooks.scheme': 'hmac' as const };
  assert.deepEqual(Object.keys(problemsOf({ ...draft, 'webhooks.previousUntil': 'soon' })), [
    'webhooks.header',
    'webhooks.previousUntil',
  ]);
  assert.equal(bodyOf({ ...draft, 'webhooks.scheme': 'none' }).webhooks, null);
});
