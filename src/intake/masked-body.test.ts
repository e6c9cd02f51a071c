import assert from 'node:assert/strict';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { bodyBytesMax, maskedBody } from './masked-body.ts';

const masked = (body: string | Buffer, headers = {}) => maskedBody(Buffer.from(body), headers);

test('of JSON the names of fields stay, and the shape of values', () => {
  assert.equal(
    masked('{"event": "Order Paid", "wt.tx_s":49.90, "ok":true,"none":null, "list":["a@b.example", "Ünï"]}'),
    '{"event": "xxxxx xxxx", "wt.tx_s":00.00, "ok":true,"none":null, "list":["x@x.xxxxxxx", "xxx"]}',
  );
  assert.equal(masked('{"data_1": {"user": {"id": "u-1\\"x"}}}'), '{"data_1": {"user": {"id": "x-0\\"x"}}}');
});

test('what is no JSON, cut off, a form or plain text has no value either', () => {
  assert.equal(masked('{"mail":"ada@shop.example'), '{"mail":"xxx@xxxx.xxxxxxx"');
  assert.equal(masked('{"a":"b"ada:7}'), '{"a":"x"xxx:0}');
  assert.equal(masked('mail=ada%40shop.example&n=12&ada%40b=1'), 'mail=xxx%00xxxx.xxxxxxx&n=00&xxx%00x=0');
  assert.equal(masked('Hello, ada@shop.example!'), 'xxxxx, xxx@xxxx.xxxxxxx!');
  assert.equal(masked(''), null);
  assert.equal(masked(Buffer.from([0, 1, 2, 255])), null);
});

test('names that may be ids, addresses or secrets are masked like values', () => {
  assert.equal(
    masked('{"ada@shop.example":1,"visitor-90cd":2,"sk_live_4eC39HqLyjWDarjtT1zdp7dc":3}'),
    '{"xxx@xxxx.xxxxxxx":0,"xxxxxxx-00xx":0,"xx_xxxx_0xX00XxXxxXXxxxxX0xxx0xx":0}'.toLowerCase(),
  );
});

test('a compressed body is read, and one that unpacks to much is read no further', () => {
  const json = '{"event":"view"}';
  assert.equal(masked(zlib.gzipSync(json)), '{"event":"xxxx"}');
  assert.equal(masked(zlib.deflateSync(json), { 'content-encoding': 'deflate' }), '{"event":"xxxx"}');
  assert.equal(masked(Buffer.from('no gzip'), { 'content-encoding': 'gzip' }), null);
  const bomb = zlib.gzipSync(Buffer.alloc(64 * 1_048_576, 'a'));
  assert.ok((masked(bomb)?.length ?? 0) <= bodyBytesMax);
});

test('a masked body has 4 KiB at most, and no word of any value', () => {
  const events = Array.from({ length: 2_000 }, (_, n) => ({ visitor: `canary-${n}`, mail: `canary${n}@x.example` }));
  const text = masked(JSON.stringify({ events })) ?? '';
  assert.ok(text.length <= bodyBytesMax && text.length > bodyBytesMax / 2, `${text.length}`);
  assert.doesNotMatch(text, /canary|[1-9]/);
});
