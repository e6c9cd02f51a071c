import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validLocale } from './chart-locale.ts';

test('a locale of the operating system becomes one that Intl knows', () => {
  const tags = ['en-US@posix', 'de_DE.UTF-8', 'en-GB', 'C', ''];
  const valid = tags.map(validLocale);
  assert.deepEqual(valid, ['en-US', 'de-DE', 'en-GB', 'en', 'en']);
  for (const tag of valid) new Intl.NumberFormat(tag);
});
