import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownUrl } from './shown-url.ts';

test('a URL that is shown has no password, wherever it stood', () => {
  for (const [url, shown] of [
    ['postgres://ada:secret@db:5432/events', 'postgres://ada@db:5432/events'],
    ['postgres://db/events?user=ada&password=secret&sslmode=require', 'postgres://db/events?user=ada&sslmode=require'],
    ['postgres://db/events?sslpassword=secret&password=secret', 'postgres://db/events'],
  ] as const)
    assert.equal(shownUrl(url), shown);
});
