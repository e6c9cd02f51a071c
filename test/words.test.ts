import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { retiredWords, wordFiles } from '../scripts/words.ts';

test('the check of words finds planted ones in names, comments, texts and documents, and nothing else', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-words-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const source = join(folder, 'a.ts');
  const document = join(folder, 'a.md');
  writeFileSync(
    source,
    [
      '/** Tells whoever listens. */',
      "export const gateOf = () => 'It can not be sent.';",
      '// Aggregates navigate: parts of words are no words.',
      'export const aggregate = 1;',
      '',
    ].join('\n'),
  );
  writeFileSync(document, 'A delivery waits.\nIt waits for ever.\n');
  assert.deepEqual(
    retiredWords([source, document]).map(({ file, line, text }) => [file.slice(-4), line, text]),
    [
      ['a.ts', 1, '“whoever”'],
      ['a.ts', 2, 'the name gateOf'],
      ['a.ts', 2, '“can not”'],
      ['a.md', 2, '“for ever”'],
    ].map(([file, line, text]) => [String(file).padStart(4, '/'), line, text]),
  );
  assert.ok(wordFiles().length > 100, 'the check reads the program');
});
