import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Attempt } from '../../contract/records/delivery.ts';
import type { Event } from '../../contract/records/event.ts';
import type { Settlement } from '../../journal/journal.ts';
import { fieldMatcher } from '../field-masks.ts';
import { maskingMax, redactor } from './exchange-redaction.ts';

const redaction = { bodiesMs: null, isMasked: fieldMatcher(['email', '*.email']) };

function eventWith(data: Event['data']): Event {
  const at = '2026-01-01T00:00:00.000Z';
  const source = { collectorId: 'col_1', format: 'infinity' };
  const ids = { id: 'evt_1', name: null, visitorId: null, anonymousId: null, sessionId: null };
  return { ...ids, occurredAt: at, receivedAt: at, data, ext: {}, session: {}, source };
}

type Sent = { url?: string; body?: string | null; echo?: string | null; type?: string };

function settlementOf({ url = 'https://crm.example/hook', body = null, echo = null, type = 'application/json' }: Sent) {
  const headers: [string, string][] = [['content-type', type]];
  const attempt: Attempt = {
    id: 'att_1',
    number: 1,
    counted: true,
    batchId: null,
    records: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 1,
    timings: { queueMs: 0, tokenMs: null, dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, totalMs: 1 },
    request: { method: 'POST', url, headers, body },
    response: { status: 400, headers: [], body: echo, truncated: false },
    error: { kind: 'http_4xx', message: echo ?? 'refused' },
    outcome: 'failed',
    versions: { action: 1, destination: 1, connection: 1 },
  };
  const settlement: Settlement = {
    deliveryId: 'del_1',
    status: 'failed',
    reason: 'http_4xx',
    detail: echo,
    errorKind: 'http_4xx',
    attempts: 1,
    scheduleStep: 1,
    waitedMs: 0,
    dueAt: null,
    log: [attempt],
  };
  return settlement;
}

function kept(events: Event[], sent: Sent): { text: string; request: string | null; response: string | null } {
  const settlement = redactor(redaction, events, 0)(settlementOf(sent));
  const [attempt] = settlement.log;
  return {
    text: JSON.stringify(settlement),
    request: attempt?.request?.body ?? null,
    response: attempt?.response?.body ?? null,
  };
}

test('every masked value of a batch is masked, however many events have one', () => {
  const addresses = Array.from({ length: 700 }, (_, n) => `reader-${n}@shop.example`);
  const events = addresses.map((email) => eventWith({ email, n: 'stays' }));
  const { text, request } = kept(events, {
    body: JSON.stringify(addresses.map((to) => ({ to, n: 'stays' }))),
    echo: `refused: ${addresses.at(-1)}`,
  });
  assert.doesNotMatch(text, /@shop\.example/);
  assert.equal(request?.split('"n":"stays"').length, 701, 'other values stay');
});

test('above the bound of values the body is withheld and says so', () => {
  const addresses = Array.from({ length: maskingMax.values + 1 }, (_, n) => `reader-${1_000 + n}@shop.example`);
  const events = addresses.map((email) => eventWith({ email }));
  const body = JSON.stringify(addresses.map((to) => ({ to })));
  const { text, request } = kept(events, {
    url: `https://crm.example/${addresses.at(-1)}`,
    body,
    echo: `refused: ${addresses.at(-1)}`,
  });
  assert.doesNotMatch(text, /@shop|reader/);
  assert.match(request ?? '', new RegExp(`^\\[masked: the whole body of ${body.length} bytes`));
});

test('a masked value of a megabyte is never kept', () => {
  const email = 'canary'.repeat(150_000);
  const events = [eventWith({ email, orderId: '4711' })];
  const body = JSON.stringify({ to: email, orderId: '4711' });
  const sent = { body, echo: 'order 4711 is unknown' };
  const { text, request, response } = kept(events, sent);
  assert.doesNotMatch(text, /canary/);
  assert.match(request ?? '', /^\[masked: the whole body of 900,?0\d\d bytes/);
  assert.equal(response, 'order 4711 is unknown', "a text that is shorter than the value can't contain it");
});

test('values crafted to be similar are withheld instead of compared without a bound', () => {
  const alike = Array.from({ length: 170 }, (_, n) => `${'a'.repeat(n + 4)}b`);
  const body = 'a'.repeat(400_000);
  const { request } = kept([eventWith({ email: alike })], { body, type: 'text/plain' });
  assert.match(request ?? '', /^\[masked: the whole body of 400000 bytes/);
});

test('a field whose name is too long to compare is masked', () => {
  const body = JSON.stringify({ ['n'.repeat(2_000)]: 'canary', short: 'stays' });
  const { text } = kept([eventWith({ ['x'.repeat(2_000)]: 'canary' })], { body });
  assert.doesNotMatch(text, /canary/);
  assert.match(text, /stays/);
});

test('no value of a masked field is stored in clear text, whatever its size and position', () => {
  const sizes = fc.constantFrom(1, 3, 40, 2_000, 20_000);
  const value = fc.tuple(fc.nat(), sizes).map(([n, size]) => `<${n}é/${'é&"'.repeat(size)}>`);
  fc.assert(
    fc.property(fc.array(value, { maxLength: 20 }), fc.boolean(), (values, isForm) => {
      const events = values.map((email) => eventWith({ email, list: [{ email }] }));
      const json = JSON.stringify({ to: values, inner: JSON.stringify(values) });
      const body = isForm ? values.map((one) => `to=${encodeURIComponent(one)}`).join('&') : json;
      const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
      const url = `https://crm.example/${values.map(encodeURIComponent).join('/')}?q=${Buffer.from(values.join()).toString('base64')}`;
      const { text } = kept(events, { url, body, type, echo: values.join(' ') });
      for (const one of values)
        for (const form of [JSON.stringify(one).slice(1, -1), encodeURIComponent(one), one])
          assert.ok(!text.includes(form), form.slice(0, 60));
    }),
    { seed: 3, numRuns: 60 },
  );
});
