import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { documents, readDocument } from '../scripts/documents.ts';

for (const { path, text } of documents()) {
  test(`${path} says what the code says`, () => {
    assert.equal(readDocument(path), text, 'run npm run docs');
  });
}

test('docs/limits.md names files and settings that there are', () => {
  // The table of sums has a test of its own.
  const text = readFileSync('docs/limits.md', 'utf8').replace(/\n## Sums\n.*?(?=\n## )/s, '');
  const rows = text.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:what|-)/.test(line));
  assert.ok(rows.length > 80);
  const configured = readFileSync('docs/configuration.md', 'utf8');
  for (const row of rows) {
    const cells = row.split('|').slice(1, -1);
    assert.equal(cells.length, 5, row);
    const [files, setting] = [cells[4] ?? '', cells[3] ?? ''].map((cell) => [...cell.matchAll(/`([^`]+)`/g)]);
    assert.ok(files !== undefined && files.length > 0, row);
    for (const [, path = ''] of files) assert.ok(existsSync(`src/${path}`), path);
    for (const [, name = ''] of setting ?? []) {
      if (name.startsWith('MILLRACE_')) assert.ok(configured.includes(`\`${name}\``), name);
    }
  }
});
