import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedReadBuffer } from './read-buffer.ts';

/** A socket that reads like Node's, into the given memory. */
function reader() {
  const pushed: Buffer[] = [];
  const { buffer, callback } = sharedReadBuffer((bytes) => pushed.push(bytes) < 3);
  const memory = () => (typeof buffer === 'function' ? buffer() : buffer);
  return {
    pushed,
    size: () => memory().length,
    read(text: string) {
      const into = memory();
      return callback(Buffer.from(into.buffer, into.byteOffset, into.length).write(text), into);
    },
  };
}

test('bytes read by a socket stay unchanged when another socket reads into the same memory', () => {
  const [one, other] = [reader(), reader()];
  assert.equal(one.read('first'), true);
  other.read('OTHER');
  one.read('second');
  assert.deepEqual([one.pushed.map(String), other.pushed.map(String)], [['first', 'second'], ['OTHER']]);
  assert.equal(one.read('third'), false, 'the socket stops reading when the consumer wants no more');
});

test('the first read is short, and longer ones follow while reads fill the buffer', () => {
  const one = reader();
  assert.equal(one.size(), 4_096);
  one.read('x'.repeat(4_096));
  assert.equal(one.size(), 65_536);
  one.read('x'.repeat(65_536));
  assert.equal(one.size(), 65_536);
  one.read('x'.repeat(65_535));
  assert.equal(one.size(), 4_096);
  assert.deepEqual(
    one.pushed.map(({ length }) => length),
    [4_096, 65_536, 65_535],
  );
});
