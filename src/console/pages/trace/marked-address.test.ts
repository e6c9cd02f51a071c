import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markedAddress } from './marked-address.ts';

test('the mark joins what the address has already, and replaces an earlier one', () => {
  const marked = (typed: string) => markedAddress(typed, 'mark', 'trc_1');
  assert.equal(marked(' https://shop.example '), 'https://shop.example/?mark=trc_1');
  assert.equal(marked('http://shop.example/a?b=1&mark=trc_0#c'), 'http://shop.example/a?b=1&mark=trc_1#c');
  for (const wrong of ['', 'https://', 'shop.example', 'javascript:alert(1)']) assert.equal(marked(wrong), null, wrong);
});
