import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvLine } from './csv.ts';

test('texts with commas, quotes and lines stay in their column, and no text is a formula', () => {
  assert.equal(
    csvLine(['plain', null, 7, false, '=1+1, "quoted"\nnext', '-2', 'a,b']),
    'plain,,7,false,"\'=1+1, ""quoted""\nnext",\'-2,"a,b"\r\n',
  );
});
