import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as yaml from 'yaml';
import { createOutput, type OutputFormat } from './output.ts';

function written(format: OutputFormat): string {
  let text = '';
  const stdout = { write: (part: string) => (text += part) };
  createOutput({ stdout }, () => format).rows(
    [
      { id: 'con_1', name: 'CRM\u001b[31m', size: 3 },
      { id: 'con_22', name: null, size: 10 },
    ],
    [
      ['ID', (row) => row.id],
      ['NAME', (row) => row.name],
    ],
  );
  return text;
}

test('a table has aligned columns and no control character of a name reaches the terminal', () => {
  assert.equal(written('table'), 'ID      NAME\ncon_1   CRM·[31m\ncon_22  –\n');
});

test('json and yaml contain the whole rows', () => {
  assert.deepEqual(JSON.parse(written('json'))[1], { id: 'con_22', name: null, size: 10 });
  assert.match(written('yaml'), /^- id: con_1\n/);
});

test('a name "<<" is written so that it does not merge when the file is read again', () => {
  let text = '';
  const value = { settings: { '<<': { a: '<<' } } };
  createOutput({ stdout: { write: (part) => (text += part) } }, () => 'yaml').value(value);
  assert.deepEqual(yaml.parse(text, { merge: true }), value);
});
