import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isolated } from './isolated.ts';

test('names from right to left are isolated, and other names stay as they are', () => {
  assert.equal(isolated('CRM 0'), 'CRM 0');
  assert.equal(isolated('Müller – 東京'), 'Müller – 東京');
  assert.equal(isolated('לקוחות CRM 0'), '\u2068לקוחות CRM 0\u2069');
  assert.equal(isolated('عملاء'), '\u2068عملاء\u2069');
});
