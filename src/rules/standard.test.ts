import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behaviorInput } from '../contract/documents/behavior.ts';
import { parameter } from '../contract/documents/parameter.ts';
import { eventWith } from './arbitrary.testing.ts';
import { compileCondition } from './compile.ts';
import { knownParameters } from './known-parameters.ts';
import { standardBehaviors } from './standard-behaviors.ts';

test('every standard behavior is valid, compiles, and has its own id', () => {
  for (const { id, standard, ...body } of standardBehaviors) {
    assert.deepEqual(behaviorInput.parse(body), body, id);
    assert.equal(standard, true);
    assert.match(id, /^beh_std_[a-z_]+$/);
    assert.ok(compileCondition(body.condition, new Map()).ok);
  }
  assert.equal(new Set(standardBehaviors.map((one) => one.id)).size, 20);
});

test("standard behaviors match the documented values and plain names, and do not match each other's", () => {
  const compiled = standardBehaviors.map((one) => {
    const result = compileCondition(one.condition, new Map());
    assert.ok(result.ok);
    return { name: one.name, condition: result.condition };
  });
  const cases: [Record<string, string>, string[]][] = [
    [{ 'wt.ev': '$SignIn' }, ['Sign In']],
    [{ 'wt.ev': 'sign_in' }, ['Sign In']],
    [{ 'wt.ev': 'logout' }, ['Sign Out']],
    [{ 'wt.ev': 'view', 'wt.dl': '0' }, ['View Page']],
    [{ 'wt.dl': '0', 'wt.ti': 'Home' }, ['View Page']],
    [{ 'wt.dl': '0', 'wt.oss': 'green shoes' }, ['View Page', 'Search']],
    [{ 'wt.oss': '' }, []],
    [{ 'wt.ev': 'click', 'wt.dl': '1' }, ['Click']],
    [{ 'wt.dl': '24' }, ['Click']],
    [{ 'wt.dl': '20' }, ['Download']],
    [{ 'wt.dl': '27' }, ['Form Submit']],
    [{ 'wt.ev': '$ViewProduct', 'wt.tx_e': 'v' }, ['View Product']],
    [{ 'wt.tx_e': 'a', 'wt.pn_sku': 's' }, ['Add Product To Cart']],
    [{ 'wt.ev': 'add-to-cart' }, ['Add Product To Cart']],
    [{ 'wt.tx_e': 'r' }, ['Remove Product From Cart']],
    [{ 'wt.ev': '$AbandonCart' }, ['Abandon Cart']],
    [{ 'wt.ev': '$Checkout' }, ['Checkout']],
    [{ 'wt.ev': 'Purchase', 'wt.tx_e': 'p' }, ['Purchase']],
    [{ 'wt.ev': '$AddToWishlist' }, ['Add To Wishlist']],
    [{ other: 'x' }, []],
  ];
  for (const [data, expected] of cases) {
    const names = compiled.filter((one) => one.condition.matches(eventWith(data))).map((one) => one.name);
    assert.deepEqual(names, expected, JSON.stringify(data));
  }
});

test('standard behaviors match the names of events that SDKs send, whatever the data has as name', () => {
  const cases: [string, string[]][] = [
    ['page', ['View Page']],
    ['$pageview', ['View Page']],
    ['page_view', ['View Page']],
    ['Products Searched', ['Search']],
    ['Product List Viewed', ['View Category']],
    ['Product Viewed', ['View Product']],
    ['Product Added', ['Add Product To Cart']],
    ['Product Removed', ['Remove Product From Cart']],
    ['Cart Viewed', ['View Shopping Cart']],
    ['Checkout Started', ['Checkout']],
    ['Order Completed', ['Purchase']],
    ['Product Added to Wishlist', ['Add To Wishlist']],
    ['Product Reviewed', ['Rate Product']],
    ['Signed In', ['Sign In']],
    ['identify', []],
  ];
  const matching = (name: string, format: string) =>
    standardBehaviors
      .filter(({ condition }) => {
        const compiled = compileCondition(condition, new Map());
        const event = { ...eventWith({ name: 'Checkout' }), name, source: { collectorId: 'col_1', format } };
        return compiled.ok && compiled.condition.matches(event);
      })
      .map((one) => one.name);
  for (const [name, expected] of cases) assert.deepEqual(matching(name, 'segment'), expected, name);
  assert.deepEqual(matching('Checkout', 'infinity'), [], 'the title of a page');
});

test('known parameters are valid and each is listed once', () => {
  const rest = { share: 0, firstSeenAt: null, lastSeenAt: null, examples: [], offered: true, known: true };
  for (const one of knownParameters) parameter.parse({ ...one, ...rest });
  assert.equal(new Set(knownParameters.map((one) => one.name)).size, knownParameters.length);
  const named = new Set(knownParameters.map((one) => one.name));
  for (const one of standardBehaviors) for (const name of one.attributes) assert.ok(named.has(name), name);
});
