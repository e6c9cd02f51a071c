import { writeFileSync } from 'node:fs';
import { documents, readDocument } from './documents.ts';

// Writes the documents generated from code.

for (const { path, text } of documents()) {
  const isFresh = readDocument(path) === text;
  if (!isFresh) writeFileSync(new URL(`../${path}`, import.meta.url), text);
  console.log(`${isFresh ? 'unchanged' : 'written  '} ${path}`);
}
