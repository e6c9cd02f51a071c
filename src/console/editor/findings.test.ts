import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsOf } from './findings.ts';

const field = (name: string) => ({ name, type: 'text', share: 1, example: null });
const known = { fields: ['title', 'total', 'wt.dcsvid'].map(field), basis: { kind: 'events', count: 100 } } as const;
const found = (text: string) => findingsOf(text, { contentType: 'application/json', escape: 'auto', known });

/** The template after its fixes, last first. */
function fixed(text: string): string {
  return found(text)
    .flatMap(({ fix }) => fix ?? [])
    .sort((a, b) => b.from - a.from)
    .reduce((now, { from, to, insert }) => now.slice(0, from) + insert + now.slice(to), text);
}

test('an unknown field is reported with the nearest known one as a fix', () => {
  const [about] = found('{{ it.data[0].titel }}');
  assert.equal(about?.message, '`titel` was not seen in the last 100 events. Did you mean `title`?');
  assert.deepEqual([about?.line, about?.column, about?.to], [1, 15, 19]);
  assert.equal(fixed('{{ it.data[0].titel }}'), '{{ it.data[0].title }}');
  assert.equal(fixed('{{ it.data[0]["titel"].length }}'), '{{ it.data[0].title.length }}');
  assert.equal(fixed('{{ it.data[0]?.titel }}'), '{{ it.data[0]?.title }}');
});

test('a name with dots gets its brackets', () => {
  assert.equal(fixed('{{ it.data[0].wt.dcsvid }}'), '{{ it.data[0]["wt.dcsvid"] }}');
  assert.equal(fixed('{{ it.data[0].wt.dcsvid.length }}'), '{{ it.data[0]["wt.dcsvid"].length }}');
  assert.equal(fixed('{{ it.data[0].wt.dcsvit }}'), '{{ it.data[0]["wt.dcsvid"] }}');
});

test('a key that the JSON would omit is reported, and nothing is without known fields', () => {
  assert.match(found('{{! return { x: it.data[0].nothing }; }}')[0]?.message ?? '', /key `x` is omitted from the JSON/);
  const none = {
    contentType: 'application/json',
    escape: 'auto',
    known: { fields: [], basis: { kind: 'ever' } },
  } as const;
  assert.deepEqual(findingsOf('{{ it.data[0].titel }}', none), []);
});

test('a compile error is reported with line, column and cause', () => {
  const [about] = found('{\n  "a": {{ (it.data[0].title }}\n}');
  assert.deepEqual([about?.severity, about?.line], ['error', 2]);
  assert.match(about?.message ?? '', /`\(` from line 2 is still open/);
});
