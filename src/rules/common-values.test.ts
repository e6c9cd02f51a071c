import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventWith } from './arbitrary.testing.ts';
import { commonValue } from './common-values.ts';
import { lookupParameter, sourcesOf } from './lookup.ts';

const names = ['event.order', 'event.value', 'event.currency', 'event.product', 'event.product_name'];

/** An order as each format has it in the data of its events. */
const orders = {
  infinity: {
    ...{ 'wt.tx_i': 'A-1', 'wt.tx_s': '49.90;0.20', 'wt.currency': 'EUR' },
    ...{ 'wt.pn_sku': 'KET-1', 'wt.product_name': 'Kettle' },
  },
  segment: {
    ...{ order_id: 'A-1', total: '50.10', revenue: '40', currency: 'EUR' },
    products: [{ product_id: 'p1', sku: 'KET-1', name: 'Kettle', price: '50.10' }],
  },
  'the Go helpers of Segment': { orderId: 'A-1', revenue: '50.10', currency: 'EUR', sku: 'KET-1', name: 'Kettle' },
  'an item of Snowplow': {
    order_id: 'A-1',
    sku: 'KET-1',
    name: 'Kettle',
    price: '25.05',
    quantity: '2',
    currency: 'EUR',
  },
};

test('order, value, currency and product are found in events of every format', () => {
  for (const [format, data] of Object.entries(orders)) {
    const found = names.map((name) => [lookupParameter(eventWith(data), name)].flat().join());
    assert.deepEqual(found, ['A-1', '50.10', 'EUR', 'KET-1', 'Kettle'], format);
  }
});

test('a value that is no amount stays as it was sent, and one that is missing is missing', () => {
  const value = (data: Record<string, string>) => lookupParameter(eventWith(data), 'event.value');
  assert.equal(value({ 'wt.tx_s': '12,50;3' }), '12,50;3');
  assert.equal(value({ total: 'free' }), 'free');
  assert.equal(value({ price: '9.90', quantity: 'many' }), '9.90');
  assert.equal(value({ 'wt.tx_s': '', total: '7' }), '7');
  assert.equal(value({ title: 'Home' }), undefined);
  assert.equal(lookupParameter(eventWith({ name: 'Home' }), 'event.product_name'), undefined, 'the name of a page');
});

test('the products of an order are a list, and data with the name of a parameter wins', () => {
  const products = [{ sku: 'a', name: 'A' }, { product_id: 'b' }, {}];
  assert.deepEqual(lookupParameter(eventWith({ products }), 'event.product'), ['a', 'b']);
  assert.equal(lookupParameter(eventWith({ products, 'event.product': 'own' }), 'event.product'), 'own');
});

test('the index of rules looks at every key that a value can come from', () => {
  for (const name of names) {
    const { dataKeys } = sourcesOf(name);
    for (const key of commonValue(name)?.keys ?? []) assert.ok(dataKeys.includes(key), key);
  }
});
