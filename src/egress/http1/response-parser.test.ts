import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ResponseHead, ResponseParser } from './response-parser.ts';

function parser() {
  const one = new ResponseParser({ head: null, bytes: Buffer.alloc(0) });
  const read = (text: string, method = 'POST') => {
    const heads: ResponseHead[] = [];
    let body = '';
    one.begin(method);
    const bytes = Buffer.from(text, 'latin1');
    const taken = one.read(bytes, {
      onHead: (head) => void heads.push(head),
      onBody(chunk) {
        body += chunk.toString('latin1');
        return true;
      },
    });
    const [head] = heads;
    return { head, body, isDone: one.isDone, rest: typeof taken === 'number' ? bytes.length - taken : taken.message };
  };
  return { read };
}

const HEAD = 'HTTP/1.1 200 OK\r\nX-A: 1\r\ncontent-length: 2\r\n\r\n';

test('heads that are equal byte for byte share one frozen object, and any other byte makes another one', () => {
  const { read } = parser();
  const first = read(`${HEAD}ab`).head;
  assert.deepEqual(first?.headers, [
    ['x-a', '1'],
    ['content-length', '2'],
  ]);
  assert.equal(read(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${HEAD}cd`).head, first);
  assert.equal(read(`${HEAD}ef`).head, first);
  for (const part of [first, first.headers, ...first.headers]) assert.ok(Object.isFrozen(part));
  const other = read(`${HEAD.replace('1\r', '2\r')}ab`).head;
  assert.notEqual(other, first);
  assert.deepEqual(other?.headers[0], ['x-a', '2']);
  assert.deepEqual(read(`${HEAD}ab`).head, first);
});

test('bytes beyond the response are not read', () => {
  const { read } = parser();
  for (const text of [
    `${HEAD}ab`,
    'HTTP/1.1 204 No Content\r\n\r\n',
    'HTTP/1.1 304 X\r\ncontent-length: 5\r\n\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx: y\r\n\r\n',
  ])
    assert.deepEqual([read(`${text}HTTP/1.1`).rest, read(text).rest], [8, 0], text);
  assert.equal(read(`${HEAD}ab`, 'HEAD').rest, 2);
});

test('the extensions of all chunks, and the trailers, have a bound in bytes', () => {
  const { read } = parser();
  const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
  const extended = (bytes: number) => `1;${'x'.repeat(bytes)}\r\na\r\n`;
  const trailers = (bytes: number) => `0\r\n${'a: b\r\n'.repeat(bytes / 6)}\r\n`;
  assert.equal(read(`${head}${extended(8_000)}${extended(8_000)}${trailers(12_000)}`).body, 'aa');
  assert.match(String(read(`${head}${extended(8_000)}${extended(8_500)}`).rest), /not valid/);
  assert.match(String(read(`${head}${trailers(18_000)}`).rest), /larger than 16 KiB/);
});
