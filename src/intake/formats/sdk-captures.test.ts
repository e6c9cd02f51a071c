import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../api/testing/server.testing.ts';
import { type CapturedEvent, capturedRuns, type Run, replay, storedEvents } from './captures/captures.testing.ts';

/** RudderStack's SDK for Go asks for another server after a 451, and those for Python follow a 301 with a GET. */
const isOutsideOfFormat = (method: string, run: string) => method === 'GET' && /-(s451x1|s301x1)$/.test(run);

const json = 'application/json; charset=utf-8';

/** What SDKs of a vendor get beside JSON: an image, an empty script, or the response that there is no further code. */
const otherAnswers: Record<string, string[]> = {
  snowplow: ['200 image/gif'],
  posthog: ['200 text/javascript; charset=utf-8', '404 text/plain; charset=utf-8'],
};

for (const vendor of ['segment', 'rudderstack', 'jitsu', 'cloudevents', 'snowplow', 'posthog'])
  test(`each run of ${vendor}’s SDKs stores its events once, also when all of it comes twice`, async () => {
    await using server = await startTestServer();
    for (const run of capturedRuns(vendor)) {
      const { key, id } = await server.make('/collectors', { name: run.run });
      for (let times = 0; times < 2; times++) {
        for (const { method, status, body, type, headers } of await replay(server, run, String(key))) {
          if (isOutsideOfFormat(method, run.run)) continue;
          if (method === 'OPTIONS')
            assert.ok(headers['access-control-allow-headers'] ?? headers['webhook-allowed-origin']);
          else {
            const expected = [`200 ${json}`, ...(method === 'GET' ? (otherAnswers[vendor] ?? []) : [])];
            assert.ok(expected.includes(`${status} ${type}`), `${run.run}: ${status} ${type} ${body}`);
            if (method === 'POST' && vendor !== 'posthog') assert.equal(body, '{"success":true}');
          }
        }
        assert.deepEqual(await storedEvents(server, String(id)), run.events, run.run);
      }
    }
    assert.deepEqual(
      server.refused.filter((code) => code !== 'not_found'),
      [],
    );
    assert.deepEqual(server.failures, []);
  });

const allRuns = ['segment', 'rudderstack', 'jitsu', 'snowplow', 'posthog'].flatMap(capturedRuns);
/** The first event of a run with one of the names that vendors give it. */
const seen = (run: Run, names: readonly string[]): CapturedEvent | undefined =>
  run.events.find(({ name }) => name !== null && names.includes(name));

test('an order is the same event whichever SDK sent it', () => {
  const values = new Set<unknown>();
  for (const run of allRuns) {
    const order = seen(run, ['Order Completed', 'order_completed', 'order']);
    if (order === undefined) continue;
    values.add(order.data['total'] ?? order.data['value'] ?? order.data['revenue']);
    const isAnonymous = order.visitorId !== null && order.visitorId === order.anonymousId;
    assert.ok(order.visitorId === 'u-1' || isAnonymous, run.run);
    const ageMs = Date.parse(run.receivedAt) - Date.parse(order.occurredAt);
    assert.ok(ageMs >= 0 && ageMs < 7_200_000, run.run);
  }
  assert.deepEqual(values, new Set(['120.9', '120.5']), 'what the programs sent from pages, and from back ends');
});

test('integers above 2⁵³ are exact, and other letters arrive, from every back end that sends them', () => {
  const products = [...allRuns, ...capturedRuns('cloudevents')].flatMap(({ run, events }) =>
    events.filter(({ data }) => data['sku'] === 'A-1' && data['qty'] === '2').map((event) => ({ run, event })),
  );
  assert.ok(new Set(products.map(({ run }) => run.replace(/(-go|-python).*/, '$1'))).size >= 10);
  for (const { run, event } of products) {
    assert.equal(event.data['big'], '9007199254740993', run);
    assert.deepEqual([event.data['price'], event.data['tags']], ['12.5', ['x', 'y']], run);
    assert.equal('odd' in event.data || 'none' in event.data, false, `${run}: NaN and null have no value`);
  }
  const names = allRuns.flatMap(({ events }) => events.map(({ name }) => name));
  assert.ok(names.includes('Größe ✓ 日本'));
});

test('the traits of an identify are its data, wherever the SDK puts them', () => {
  for (const run of allRuns) {
    const identify = seen(run, ['identify', '$identify', '$set']);
    if (identify !== undefined)
      assert.deepEqual([identify.visitorId, identify.data['email']], ['u-1', 'a@b.example'], run.run);
  }
});
