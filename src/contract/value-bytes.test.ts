import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textBytes, valueBytes } from './value-bytes.ts';

test('a text with a character beyond Latin-1 takes two bytes per character', () => {
  const text = 'x'.repeat(1_000_000);
  assert.equal(textBytes(text), 1_000_000);
  assert.equal(textBytes(`${text}ü`), 1_000_001);
  assert.equal(textBytes(`${text}я`), 2_000_002);
  assert.ok(valueBytes({ list: [`я${text}`] }) > 2_000_000);
});
