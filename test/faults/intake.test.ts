import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { startTestApp, type TestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';

const good = '{"events":[{"wt.ev":"buy"}]}';
const zeros = Buffer.alloc(50_000_000);

/**
 * Heads and bodies that no HTTP library sends; `{key}` is the collector's. null: the connection may end without a
 * response.
 */
const raw: [what: string, bytes: string, statuses: (number | null)[]][] = [
  [
    'a truncated chunked body',
    `POST /v3/{key} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{"ev`,
    [400, null],
  ],
  [
    'a body shorter than its length',
    `POST /v3/{key} HTTP/1.1\r\nHost: a\r\nContent-Length: 999\r\n\r\n${good}`,
    [400, null],
  ],
  [
    'a chunk size that is not a number',
    `POST /v3/{key} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
    [400],
  ],
  [
    'a chunk size beyond all bounds',
    `POST /v3/{key} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff0\r\n`,
    [400, 413],
  ],
  [
    'two lengths',
    `POST /v3/{key} HTTP/1.1\r\nHost: a\r\nContent-Length: 28\r\nContent-Length: 5\r\n\r\n${good}`,
    [400],
  ],
  [
    'a length and chunks',
    `POST /v3/{key} HTTP/1.1\r\nHost: a\r\nContent-Length: 28\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    [400],
  ],
  ['a negative length', `POST /v3/{key} HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n`, [400]],
  ['a length of gigabytes', `POST /v3/{key} HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n`, [413]],
  [
    'headers without end',
    `POST /v3/{key} HTTP/1.1\r\nHost: a\r\n${'X-A: aaaaaaaaaaaaaaaa\r\n'.repeat(2_000)}\r\n`,
    [431],
  ],
  ['a header folded into the next', `POST /v3/{key} HTTP/1.1\r\nHost: a\r\n X: b\r\nContent-Length: 0\r\n\r\n`, [400]],
  ['a NUL in a header', `POST /v3/{key} HTTP/1.1\r\nHost: a\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n`, [400]],
  ['no host', `POST /v3/{key} HTTP/1.1\r\nContent-Length: 28\r\n\r\n${good}`, [400]],
  ['another protocol', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400, 404, 505]],
  ['bytes that are not HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [400]],
  ['a broken escape in the key', 'POST /v3/%E0%A4%A HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n', [400, 404]],
  [
    'a key of 5,000 characters',
    `POST /v3/${'k'.repeat(5_000)} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`,
    [404, 414],
  ],
  ['a path out of the intake', 'POST /v3/../../etc/passwd HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n', [404]],
];

const deep = (levels: number) => `{"events":[{"a":${'['.repeat(levels)}1${']'.repeat(levels)}}]}`;
const utf8 = (bytes: number[]) =>
  Buffer.concat([Buffer.from('{"events":[{"wt.ev":"'), Buffer.from(bytes), Buffer.from('"}]}')]);

const bodies: [what: string, body: string | Uint8Array<ArrayBuffer>, encoding: string | null, statuses: number[]][] = [
  ['nothing', '', null, [400]],
  ['null', 'null', null, [400]],
  ['a list', `[${good}]`, null, [400]],
  ['no events', '{"events":[]}', null, [400]],
  ['an empty event', '{"events":[{}]}', null, [400]],
  ['one good and one broken event', '{"events":[{"wt.ev":"buy"},7]}', null, [400]],
  ['events that are not a list', '{"events":{"0":{"a":1}}}', null, [400]],
  ['truncated JSON', good.slice(0, -1), null, [400]],
  ['a million brackets', '['.repeat(1_000_000), null, [400, 422]],
  ['a hundred thousand levels', deep(100_000), null, [400, 422]],
  ['40 levels', deep(40), null, [422]],
  [
    '600 keys',
    JSON.stringify({ events: [Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`k${n}`, n]))] }),
    null,
    [422],
  ],
  ['1,001 events', JSON.stringify({ events: Array.from({ length: 1_001 }, () => ({ a: 1 })) }), null, [413]],
  ['two mebibytes', JSON.stringify({ events: [{ a: 'x'.repeat(2 ** 21) }] }), null, [413]],
  ['bytes that are not UTF-8', utf8([0xff, 0xfe, 0xc0, 0x80]), null, [400]],
  ['an overlong NUL', utf8([0xc0, 0x80]), null, [400]],
  ['a gzip bomb', gzipSync(zeros), 'gzip', [413]],
  ['a deflate bomb', deflateSync(zeros), 'deflate', [413]],
  ['a brotli bomb', brotliCompressSync(zeros), 'br', [413]],
  ['a body that is not gzip', good, 'gzip', [400]],
  ['truncated gzip', gzipSync(good).subarray(0, 20), 'gzip', [400]],
  ['gzip in gzip', gzipSync(gzipSync(good)), 'gzip, gzip', [400, 415]],
  ['an unknown encoding', good, 'zstd', [415]],
];

test('hostile requests to the intake never get a 5xx and store nothing, and good events are still accepted', async () => {
  await using receiver = await startReceiver();
  await using app = await startTestApp();
  const wired = await wire(app, receiver);
  const { key } = wired.collector;
  await Promise.all([
    slowHead(app, key),
    ...raw.map(async ([what, bytes, statuses]) => {
      const status = await exchange(app, bytes.replaceAll('{key}', key));
      assert.ok(statuses.includes(status), `${what}: ${status}`);
    }),
  ]);
  for (const [what, body, encoding, statuses] of bodies) {
    const headers: Record<string, string> = encoding === null ? {} : { 'content-encoding': encoding };
    const { status } = await app.fetch(`/v3/${key}`, { method: 'POST', body, headers });
    assert.ok(statuses.includes(status), `${what}: ${status}`);
  }
  assert.deepEqual((await app.client.call('listEvents')).data, []);
  assert.match(await app.client.call('metrics'), /^millrace_failures_total 0$/m);
  await wired.deliver({ 'wt.ev': 'buy' });
});

test('__proto__, constructor and repeated keys are plain data and reach nothing else', async () => {
  await using receiver = await startReceiver();
  await using app = await startTestApp();
  const wired = await wire(app, receiver, { action: { rules: { all: [] } } });
  const body =
    '{"events":[{"__proto__":{"polluted":"yes"},"constructor":"c","toString":"t","wt.ev":"a","wt.ev":"b","n":1e999}]}';
  const answer = await app.fetch(`/v3/${wired.collector.key}`, { method: 'POST', body });
  assert.equal(answer.status, 200);
  await eventually('the event to arrive', () => receiver.requests.length === 1);
  const sent = receiver.requests[0]?.body ?? '';
  assert.match(sent, /"constructor":"c"/);
  assert.match(sent, /"wt\.ev":"b"/);
  assert.equal(Reflect.get({}, 'polluted'), undefined);
});

/** A few senders that write a head byte by byte are cut off, with a response that is not a server error. */
async function slowHead(app: TestApp, key: string): Promise<void> {
  await Promise.all(
    Array.from({ length: 3 }, async () => {
      const status = await exchange(app, `POST /v3/${key} HTTP/1.1\r\nHost: a\r\nX-Slow: `, 'a');
      assert.ok(status === 408 || status === null, `a slow head: ${status}`);
    }),
  );
}

/** Writes bytes, then ends (or continues with a drip); returns the status of the response, null without one. */
function exchange({ url }: TestApp, bytes: string, drip: string | null = null): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text;
  });
  socket.on('error', () => {});
  const timer = setInterval(() => drip !== null && socket.write(drip), 500);
  socket.once('close', () => {
    clearInterval(timer);
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1];
    resolve(status === undefined ? null : Number(status));
  });
  if (drip === null) socket.end(bytes, 'latin1');
  else socket.write(bytes, 'latin1');
  return promise;
}
