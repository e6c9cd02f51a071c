import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileCondition } from '../../rules/compile.ts';
import { standardBehaviors } from '../../rules/standard-behaviors.ts';
import { progressLine } from './progress.ts';
import { seededRandom } from './random.ts';
import { type ShopEvent, sampleShop } from './sample-shop.ts';

function day(seed: number, events = 500): ShopEvent[] {
  const shop = sampleShop({ random: seededRandom(seed), visitors: 6 });
  return Array.from({ length: events }, (_, second) => shop.next(1_700_000_000_000 + second * 1_000));
}

test('the same seed gives the same visitors, another seed different ones', () => {
  assert.deepEqual(day(1), day(1));
  assert.notDeepEqual(day(1), day(2));
});

test('visitors look, search, fill carts and buy, and the standard behaviors recognise it', () => {
  const events = day(1);
  for (const name of ['View Page', 'Search', 'View Product', 'Add Product To Cart', 'Checkout', 'Purchase']) {
    const behavior = standardBehaviors.find((one) => one.name === name);
    assert.ok(behavior);
    const compiled = compileCondition(behavior.condition, new Map());
    assert.ok(compiled.ok);
    const { condition } = compiled;
    const hits = events.filter((data) => condition.matches({ ...event, data })).length;
    assert.ok(hits >= 5, `${name}: ${hits}`);
  }
});

test('an order names all products of the cart', () => {
  const order = day(1).find((one) => one['wt.tx_e'] === 'p' && one['wt.pn_sku']?.includes(';'));
  assert.equal(order?.['wt.pn_sku']?.split(';').length, order?.['wt.tx_s']?.split(';').length);
  assert.match(order?.['wt.tx_i'] ?? '', /^A-\d+$/);
});

test('progress is one line updated in place on a terminal, else a line every few seconds', () => {
  const counts = { events: 1, matches: 0, delivered: 0, failed: 0 };
  const on = (isTTY: boolean) => {
    let text = '';
    const progress = progressLine({ isTTY, write: (part) => (text += part) }, 5_000);
    for (let second = 0; second < 11; second++) progress.show({ ...counts, events: second }, second * 1_000);
    progress.end();
    return text;
  };
  assert.equal(on(true).match(/\n/g)?.length, 1);
  assert.equal(on(false).match(/\n/g)?.length, 3);
});

const event = {
  id: 'evt_1',
  name: null,
  visitorId: null,
  anonymousId: null,
  sessionId: null,
  occurredAt: '2025-01-01T00:00:00.000Z',
  receivedAt: '2025-01-01T00:00:00.000Z',
  ext: {},
  session: {},
  source: { collectorId: 'col_1', format: 'infinity' },
};
