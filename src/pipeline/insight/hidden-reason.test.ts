import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hiddenReason } from './hidden-reason.ts';

test('the text of a template is hidden, its place and sentences of Millrace without data are not', () => {
  for (const [detail, shown] of [
    ['Line 2, column 5: no account for mara', 'Line 2, column 5: [hidden]'],
    ['no account for mara, line 1, column 2: here', '[hidden]'],
    ['path, line 1, column 2: mara', 'path, line 1, column 2: [hidden]'],
    ['header X-A, line 1, column 2: TypeError: not a function', null],
    ['Line 1, column 2: SyntaxError: unexpected token: mara', 'Line 1, column 2: [hidden]'],
    ['Line 1, column 2: `mara` is not known here', 'Line 1, column 2: `[hidden]` is not known here'],
    ['Line 1, column 2: `a` is read from a value that is missing: mara', 'Line 1, column 2: [hidden]'],
    ['mapping field total: wt.tx_s is not a number', null],
    ['mapping field total, line 1, column 3: mara is not a number', 'mapping field total, line 1, column 3: [hidden]'],
    ['It ran longer than 50 ms.', null],
    ['template returned nothing\nmara', '[hidden]'],
  ] as const)
    assert.equal(hiddenReason(detail), shown ?? detail);
});
