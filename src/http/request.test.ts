import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { AppError } from '../contract/errors.ts';
import { bodyReader } from './request.ts';

/** A request with a body written by the test; `read` resolves with the text of the body, or the error code. */
function sender(read: ReturnType<typeof bodyReader>, headers: Record<string, string> = {}) {
  const stream = new Readable({ read() {} });
  const payload = Object.assign(stream, { headers }) as unknown as IncomingMessage; // all that is read of one
  const { promise, resolve } = Promise.withResolvers<string>();
  read(payload, (error, body) => {
    resolve(error instanceof AppError ? error.code : String(body));
  });
  return { stream, read: promise };
}

test('a body is read whole from any chunks, and refused when it is too large or incomplete', async () => {
  const read = bodyReader({ bodyBytesMax: 10, arrivingBytesMax: 100 });
  const good = sender(read);
  for (const piece of ['01234', '5678', '9', null]) good.stream.push(piece);
  assert.equal(await good.read, '0123456789');
  const none = sender(read);
  none.stream.push(null);
  assert.equal(await none.read, '');
  assert.equal(await sender(read, { 'content-length': '11' }).read, 'too_large');
  const chunked = sender(read);
  chunked.stream.push('0123456789x');
  assert.equal(await chunked.read, 'too_large');
  const broken = sender(read, { 'content-length': '5' });
  broken.stream.push('01');
  broken.stream.destroy();
  assert.equal(await broken.read, 'malformed_request');
});

test('a large body, which is joined in steps, has its chunks in order', async () => {
  const read = bodyReader({ bodyBytesMax: 2 ** 25, arrivingBytesMax: 2 ** 25 });
  const large = sender(read);
  const chunks = Array.from({ length: 24 }, (_, index) => String.fromCharCode(0x61 + index).repeat(1_000_000));
  for (const chunk of [...chunks, null]) large.stream.push(chunk);
  // Compared as a whole: a difference would be printed.
  assert.ok((await large.read) === chunks.join(''));
});

test('above the limit of all uploads the longest running one is refused, and its memory is freed', async () => {
  const read = bodyReader({ bodyBytesMax: 60, arrivingBytesMax: 100 });
  const [slow, slower] = [sender(read), sender(read)];
  slow.stream.push('s'.repeat(40));
  slower.stream.push('t'.repeat(40));
  const quick = sender(read);
  quick.stream.push('q'.repeat(40));
  assert.equal(await slow.read, 'unavailable');
  quick.stream.push(null);
  assert.equal(await quick.read, 'q'.repeat(40));
  const another = sender(read);
  another.stream.push('a'.repeat(60));
  another.stream.push(null);
  slower.stream.push(null);
  assert.deepEqual([await another.read, await slower.read], ['a'.repeat(60), 't'.repeat(40)]);
});
