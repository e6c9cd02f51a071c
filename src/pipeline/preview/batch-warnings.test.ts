import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DestinationBody, destinationInput } from '../../contract/documents/destination.ts';
import { batchWarnings } from './preview.ts';

function warnings(template: string, batch: object, records: number, body = 'x') {
  const parsed = destinationInput.parse({ name: 'x', template, settings: { batch } });
  return batchWarnings({ ...parsed, connectionId: 'con_1' } as DestinationBody, records, body); // no secrets in it
}

test('a preview describes the batch and warns when records would be left out', () => {
  const all = '{{! return it.data.map((one) => one.n); }}';
  const first = '{{! return JSON.stringify(it.data[0]); }}';
  assert.deepEqual(warnings(first, {}, 1), []);
  assert.match(warnings(first, {}, 3).join(), /one record; this preview has 3/);
  assert.match(warnings(all, { records: 5 }, 1).join(), /^Up to 5 records share a request; this preview has one\.$/);
  assert.deepEqual(warnings(all, { records: 5 }, 4), []);
  assert.match(warnings(all, { records: 5 }, 6).join(), /5 records at most/);
  assert.match(warnings(all, { records: 5, bytes: 1_024 }, 4, 'ü'.repeat(600)).join(), /longer than 1024 bytes/);
  for (const template of [first, '{"n": "{{ it.data[0].n }}", "m": "{{ it.data[ 0 ].m }}"}'])
    assert.match(warnings(template, { records: 5 }, 4).join(), /only it\.data\[0\]/);
  for (const template of [all, '{{@each(it.data) => one}}x{{/each}}', '{{! it.data[0]; return it.data.length; }}', 'x'])
    assert.deepEqual(warnings(template, { records: 5 }, 4), [], template);
});
