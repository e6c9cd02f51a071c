import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedReadBuffer } from './read-buffer.ts';

/** A socket as Node reads for it: into the memory that it is given. */
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

test('what a socket read stays what it was, whoever reads into the same memory afterwards', () => {
  const [one, other] = [reader(), reader()];
  assert.equal(one.read('first'), true);
  other.read('OTHER');
  one.read('second');
  assert.deepEqual([one.pushed.map(String), other.pushed.map(String)], [['first', 'second'], ['OTHER']]);
  assert.equal(one.read('third'), false, 'the socket is told when nobody wants more');
});

test('the first read is a short one, and longer ones follow while as much comes', () => {
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
