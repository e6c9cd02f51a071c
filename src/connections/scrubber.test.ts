import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Secret } from '../contract/secret.ts';
import { textFinder } from './multi-pattern-search.ts';
import { createScrubber } from './scrubber.ts';

const at = '2026-03-01T00:00:00.000Z';

test('secrets are removed in every form in which they may be sent', () => {
  const value = 'p&ss w+rd"\\/é(1)';
  const { scrub, learn } = createScrubber();
  learn([new Secret(value, at), new Secret('short', at), 'tokentoken']);
  const bytes = Buffer.from(value);
  const forms = [
    value,
    JSON.stringify({ value }),
    JSON.stringify({ value }).replaceAll('/', '\\/').replace('é', '\\u00e9'),
    encodeURIComponent(value),
    encodeURIComponent(value).toLowerCase(),
    new URLSearchParams({ value }).toString(),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    ...['', 'u', 'us', 'user'].map((name) => `Basic ${Buffer.from(`${name}:${value}`).toString('base64')}`),
    `Bearer tokentoken.`,
  ];
  for (const form of forms) assert.match(scrub(`before ${form} after`), /^before .*\[secret\].* after$/, form);
  assert.equal(scrub(`a ${value}${value} b`), 'a [secret][secret] b');
  assert.equal(scrub('short words stay'), 'short words stay');
});

test('each line of a key is removed, its first and last stay', () => {
  const { scrub, learn } = createScrubber();
  learn(['-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqG\nSM49AgEGCCqGSM49\n-----END PRIVATE KEY-----\n']);
  assert.equal(scrub('x SM49AgEGCCqGSM49 y'), 'x [secret] y');
  assert.equal(scrub('-----BEGIN PRIVATE KEY-----'), '-----BEGIN PRIVATE KEY-----');
});

test('a replaced secret stays scrubbed until too many are known; then those in use remain', () => {
  const live = new Set(['first-secret']);
  const { scrub, follow, learn } = createScrubber({ charactersMax: 20_000 });
  const refresh = follow(() => live);
  live.clear();
  live.add('second-secret');
  refresh();
  assert.equal(scrub('first-secret second-secret'), '[secret] [secret]');
  for (let i = 0; i < 200; i++) learn([`passing-secret-${i}-passing`]);
  assert.equal(scrub('first-secret second-secret'), 'first-secret [secret]');
  assert.equal(scrub('passing-secret-199-passing'), '[secret]');
});

test('the finder replaces the same text as a plain search would; overlapping hits become one', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 4, maxLength: 9 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 60 });
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 6 }), text, (wanted, hay) => {
      const finder = textFinder(4);
      for (const one of wanted) finder.add(one);
      assert.equal(finder.replaceAll(hay, '*'), replacedPlainly(hay, wanted));
    }),
    { numRuns: 500, seed: 7 },
  );
});

test('the finder finds texts of any length in any order, also when many are added', () => {
  const wanted = Array.from({ length: 3_000 }, (_, i) => `${i}:${'x'.repeat((i * 37) % 90)}:${i * 7_919}`);
  const finder = textFinder(4);
  for (const one of wanted) finder.add(one);
  finder.add('tail');
  for (const one of [...wanted, 'tail'])
    assert.equal(finder.replaceAll(`before ${one.slice(0, -1)}${one} after`, '*').endsWith('* after'), true, one);
  assert.equal(finder.replaceAll(`before ${'y'.repeat(500)} after`, '*'), `before ${'y'.repeat(500)} after`);
});

test('a search among many similar texts ends at its bound', () => {
  const finder = textFinder(4);
  for (let length = 4; length < 400; length++) finder.add(`${'a'.repeat(length)}b`);
  assert.equal(finder.replaceWithin('a'.repeat(100_000), '*', 1_000_000), null);
  assert.equal(finder.replaceWithin('aaaab', '*', 1_000_000), '*');
});

function replacedPlainly(hay: string, wanted: readonly string[]): string {
  const hits = [...hay].flatMap((_, start) =>
    wanted.filter((one) => hay.startsWith(one, start)).map((one) => ({ start, end: start + one.length })),
  );
  let done = '';
  let at = 0;
  for (let hit = hits[0]; hit !== undefined; ) {
    let { start, end } = hit;
    for (const other of hits) if (other.start >= start && other.start < end) end = Math.max(end, other.end);
    done += `${hay.slice(at, start)}*`;
    at = end;
    hit = hits.find((other) => other.start >= at);
  }
  return done + hay.slice(at);
}
