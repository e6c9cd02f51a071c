import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documents, readDocument } from '../scripts/documents.ts';

for (const { path, text } of documents()) {
  test(`${path} says what the code says`, () => {
    assert.equal(readDocument(path), text, 'run npm run docs');
  });
}
