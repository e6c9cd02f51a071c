import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as yaml from 'yaml';
import { yamlText } from './yaml-text.ts';

test('a text of several lines keeps them, however long they are, and one line is never folded', () => {
  const long = 'a word '.repeat(20).trim();
  const template = `{{! const one = it.data[0];\n  return JSON.stringify({ one, text: '${long}' }); }}`;
  const text = yamlText({ template, description: long, '<<': 'a name' }, yaml);
  assert.equal(
    text,
    [
      'template: |-',
      '  {{! const one = it.data[0];',
      `    return JSON.stringify({ one, text: '${long}' }); }}`,
      `description: ${long}`,
      '"<<": a name',
      '',
    ].join('\n'),
  );
  assert.deepEqual(yaml.parse(text), { template, description: long, '<<': 'a name' });
});
