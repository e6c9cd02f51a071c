import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Secret } from '../contract/secret.ts';
import { configuredKeys, keyFileName, keysInFolder, parseKeys } from './keys.ts';
import { sealer } from './sealer.ts';

const key = (fill: number) => Buffer.alloc(32, fill).toString('base64');
const at = '2026-03-01T00:00:00.000Z';
const place = { table: 'document', kind: 'connection', id: 'con_1' };
const reveal = (value: unknown): unknown =>
  value instanceof Secret ? ['secret', value.reveal(), value.updatedAt] : value;

test('an opened body equals the sealed one, and no secret is readable in between', () => {
  const { sealBody, openBody } = sealer(configuredKeys(key(1)));
  const body = {
    name: 'CRM',
    none: null,
    auth: { token: new Secret('s3cret-välue\u0000', at), empty: new Secret('', at) },
    list: [{ value: new Secret('listed secret', at) }, 7, true],
    own: { $secret: 'abc.def', $plain: { $secret: 1, inner: new Secret('wrapped secret', at) } },
  };
  const sealed = JSON.stringify(sealBody(place, body));
  assert.doesNotMatch(sealed, /s3cret|listed|wrapped/);
  const opened = openBody(place, JSON.parse(sealed));
  const plain = (value: unknown) => JSON.stringify(value, (_, one) => one).replaceAll('[secret]', '');
  assert.equal(plain(opened), plain(body));
  assert.deepEqual(reveal((opened as typeof body).auth.token), ['secret', 's3cret-välue\u0000', at]); // just compared
  assert.deepEqual(reveal((opened as typeof body).own.$plain.inner), ['secret', 'wrapped secret', at]);
});

test('a sealed text that was changed or moved to another row or field does not open', () => {
  const { sealBody, openBody } = sealer(configuredKeys(key(1)));
  const sealed = sealBody(place, { a: new Secret('value one', at), b: new Secret('value two', at) });
  const { a, b } = sealed as Record<'a' | 'b', { $secret: string }>; // made above
  assert.throws(() => openBody({ ...place, id: 'con_2' }, sealed), /moved/);
  assert.throws(() => openBody({ ...place, table: 'user' }, sealed), /moved/);
  assert.throws(() => openBody(place, { a: b, b: a }), /moved/);
  const changed = a.$secret.slice(0, -6) + (a.$secret.at(-6) === 'A' ? 'B' : 'A') + a.$secret.slice(-5);
  assert.throws(() => openBody(place, { a: { ...a, $secret: changed } }), /changed/);
  assert.throws(() => openBody(place, { a: { ...a, $secret: a.$secret.slice(0, 20) } }), /changed/);
});

test('the first key seals, all open, and a missing one is named', () => {
  const old = sealer(configuredKeys(key(1)));
  const both = sealer(configuredKeys(`${key(2)}, ${key(1)}`));
  const sealed = old.sealBody(place, { a: new Secret('some value', at) });
  const opened = both.openBody(place, sealed);
  both.requireKeys(sealed);
  const again = both.sealBody(place, opened);
  assert.doesNotThrow(() => sealer(configuredKeys(key(2))).openBody(place, again));
  assert.throws(() => old.openBody(place, again), /not among the secret keys/);
  assert.deepEqual([...old.keysOf(again)], [both.sealsWith]);
  assert.throws(() => old.requireKeys(again), new RegExp(`sealed with key ${both.sealsWith}, which is not among`));
  assert.deepEqual([...old.keysOf({ $plain: { $secret: 'zzz.abc' } })], []);
});

test('a secret reference is stored as its place, and prints as a secret', () => {
  const secret = (ref: string, updatedAt: string) => new Secret({ ref, read: () => `value of ${ref}` }, updatedAt);
  const { sealBody, openBody, keysOf } = sealer(configuredKeys(key(1)), { secret });
  const body = { a: secret('env:NAME', at), own: { $ref: 'env:NAME' } };
  const sealed = sealBody(place, body);
  assert.deepEqual(sealed, { a: { $ref: 'env:NAME', updatedAt: at }, own: { $plain: { $ref: 'env:NAME' } } });
  const opened = openBody(place, sealed) as typeof body; // the way back
  assert.deepEqual([opened.a.ref, opened.a.reveal(), opened.own], ['env:NAME', 'value of env:NAME', body.own]);
  assert.deepEqual([...keysOf(sealed)], []);
  assert.equal(`${opened.a} ${JSON.stringify(opened.a)} ${inspect(opened.a)}`, '[secret] "[secret]" [secret]');
});

test('invalid keys are refused with errors that do not show them', () => {
  for (const [text, words] of [
    ['', /empty/],
    [`${key(1)},`, /number 2 is empty/],
    ['not base64!', /not base64/],
    [Buffer.alloc(31).toString('base64'), /31 bytes instead of 32/],
  ] as const)
    assert.throws(
      () => parseKeys(text),
      (error: Error) => words.test(error.message) && (text === '' || !error.message.includes(text)),
    );
});

test('a missing key is written when its owner says so, readable by the owner alone; a broken one is refused', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-key-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const made = keysInFolder(dir);
  assert.ok(!existsSync(join(dir, keyFileName)));
  made.keep();
  assert.equal(statSync(join(dir, keyFileName)).mode & 0o777, 0o600);
  assert.deepEqual(keysInFolder(dir).keys, made.keys);
  assert.equal(Buffer.from(readFileSync(join(dir, keyFileName), 'utf8'), 'base64').length, 32);
  const [first] = made.keys;
  made.renew?.();
  assert.deepEqual([made.keys.length, made.keys[1]], [2, first], 'a new key comes before the old one');
  assert.deepEqual(keysInFolder(dir).keys, made.keys);
  assert.equal(statSync(join(dir, keyFileName)).mode & 0o777, 0o600);
  assert.equal(configuredKeys(key(1)).renew, null);
  writeFileSync(join(dir, keyFileName), 'oops');
  assert.throws(() => keysInFolder(dir), /secret\.key does not contain a key/);
});
