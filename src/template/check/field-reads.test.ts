import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldReads, takesRest } from './field-reads.ts';

const read = (text: string) =>
  fieldReads(text).map(({ names, start, end }) => [names.join(' '), text.slice(start, end)]);

test('fields are found however a record is accessed', () => {
  assert.deepEqual(read('{{ it.data[0].title }} {{ it.data[0]["wt.ti"] }}'), [
    ['title', 'title'],
    ['wt.ti', '"wt.ti"]'],
  ]);
  assert.deepEqual(read('{{ it.data[0].wt.ti.length }}'), [['wt ti length', 'wt.ti.length']]);
  assert.deepEqual(read('{{@each(it.data) => record}}{{ record.title | upper }}{{/each}}'), [['title', 'title']]);
  assert.deepEqual(read('{{! const [r] = it.data; const { a, "b.c": c } = r; return r.d; }}'), [
    ['a', 'a'],
    ['b.c', '"b.c"'],
    ['d', 'd'],
  ]);
  assert.deepEqual(read('{{! return it.data.map((row) => ({ x: row.y })); }}'), [['y', 'y']]);
  assert.deepEqual(read('{{! for (const one of it.data) skip(one.why); }}'), [['why', 'why']]);
  assert.deepEqual(read('{{ it.events[0].data["wt.es"] }}'), [['wt.es', '"wt.es"]']]);
});

test('a record is taken apart wherever it is given, and what is left of it is a record, too', () => {
  const taken = [
    '{{! const { email, ...fields } = it.data[0]; return JSON.stringify({ email, total: fields.total }); }}',
    '{{! return it.data.map(({ email, ...fields }) => ({ email, total: fields.total })); }}',
    '{{! for (const { email, ...fields } of it.data) if (fields.total) return email; }}',
    '{{! const [{ email, ...fields }] = it.data; return email + fields.total; }}',
    '{{@each(it.data) => { email, ...fields }}}{{ email }}{{ fields.total }}{{/each}}',
  ];
  for (const template of taken) {
    assert.deepEqual(read(template), [
      ['email', 'email'],
      ['total', 'total'],
    ]);
    assert.ok(takesRest(template));
  }
  assert.ok(!takesRest('{{! const { email } = it.data[0]; const { a, ...b } = { a: 1 }; return email; }}'));
});

test('reads of other values are ignored', () => {
  assert.deepEqual(
    read('{{ it.meta.deliveryId }}{{ it.data.length }}{{ it.events[0].name }}{{! let x = {}; x.y = 1; }}'),
    [],
  );
});

test('the object key whose whole value is a field is reported', () => {
  const [alone, among] = fieldReads('{{! return { title: it.data[0].titel, b: it.data[0].b + 1 }; }}');
  assert.deepEqual([alone?.key, among?.key], ['title', null]);
});

test('the valid parts of a template that does not parse give their fields', () => {
  assert.deepEqual(read('{{ it.data[0].title }} {{ it.data[0].( }}'), [['title', 'title']]);
});
