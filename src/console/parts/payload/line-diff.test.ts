import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineDiff } from './line-diff.ts';

test('a difference keeps what is equal and numbers the lines of both sides', () => {
  assert.deepEqual(lineDiff('a\nb\nc\nd\n', 'a\nx\nc\nd\ne'), [
    { kind: 'same', lines: ['a'], before: 1, after: 1 },
    { kind: 'changed', removed: ['b'], added: ['x'], before: 2, after: 2 },
    { kind: 'same', lines: ['c', 'd'], before: 3, after: 3 },
    { kind: 'changed', removed: [], added: ['e'], before: 5, after: 5 },
  ]);
  assert.deepEqual(lineDiff('', ''), []);
  assert.deepEqual(lineDiff('a', 'a'), [{ kind: 'same', lines: ['a'], before: 1, after: 1 }]);
});

test('both sides can be put together again from a difference, whatever they are', () => {
  const texts = ['', 'a', 'a\nb\nb\nc', 'b\na\nc\nc\na', 'c\nb\na', 'x\ny\nz\na\nb', 'a\n\n\nb'];
  for (const before of texts)
    for (const after of texts) {
      const blocks = lineDiff(before, after);
      const left = blocks.flatMap((block) => (block.kind === 'same' ? block.lines : block.removed));
      const right = blocks.flatMap((block) => (block.kind === 'same' ? block.lines : block.added));
      assert.deepEqual([left.join('\n'), right.join('\n')], [before, after]);
    }
});

test('two long texts without a common line are told apart at once', () => {
  const lines = (letter: string) => Array.from({ length: 20_000 }, (_, index) => `${letter}${index}`).join('\n');
  const [block] = lineDiff(lines('a'), lines('b'));
  assert.ok(block?.kind === 'changed' && block.removed.length === 20_000);
});
