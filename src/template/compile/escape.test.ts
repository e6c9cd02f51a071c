import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyOf } from '../testing/render-in-vm.testing.ts';
import { escapeFor } from './escape.ts';

test('the escape mode follows the content type', () => {
  const modes = {
    json: [
      'application/json',
      'APPLICATION/JSON; charset=utf-8',
      'application/vnd.api+json',
      'text/json',
      'application/x-ndjson',
    ],
    html: [
      'text/html',
      'application/xml',
      'text/xml;charset=utf-8',
      'application/soap+xml',
      'image/svg+xml',
      'application/xhtml+xml',
    ],
    url: ['application/x-www-form-urlencoded', ' application/x-www-form-urlencoded ;charset=UTF-8'],
    none: ['text/plain', 'text/csv', 'application/javascript', 'application/octet-stream', '', 'nonsense', 'jsonx/y'],
  };
  for (const [mode, types] of Object.entries(modes))
    for (const type of types) assert.equal(escapeFor(type), mode, type);
});

test('a mode set explicitly applies to every content type', () => {
  assert.equal(escapeFor('text/html', 'none'), 'none');
  assert.equal(escapeFor('text/plain', 'json'), 'json');
  assert.equal(escapeFor('application/json', 'auto'), 'json');
});

const nasty = 'a"b\\c\n\t\u0001</x> & \'é😀 +%';
const render = (template: string, mode: 'json' | 'html' | 'url' | 'none', v: unknown = nasty) =>
  bodyOf(template, [{ v }], { escape: mode });

test('json escapes for a JSON string', () => {
  assert.deepEqual(JSON.parse(render('{"v":"{{ it.data[0].v }}"}', 'json')), { v: nasty });
  assert.equal(render('{{ it.data[0].v }}', 'json', 12.5), '12.5');
  assert.equal(render('{{ it.data[0].v }}', 'json', '\ud800'), '\\ud800');
});

test('html escapes the five characters of HTML and XML', () => {
  assert.equal(
    render('{{ it.data[0].v }}', 'html', `<a href="x">'&'</a>`),
    '&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;',
  );
  assert.equal(render('{{ it.data[0].v }}', 'html', 'plain'), 'plain');
});

test('url percent-encodes', () => {
  const body = render('v={{ it.data[0].v }}&w=1', 'url');
  assert.equal(new URLSearchParams(body).get('v'), nasty);
  assert.equal(render('{{ it.data[0].v }}', 'url', '\ud800x'), '%EF%BF%BDx');
});

test('none inserts unescaped, and so do raw values in every mode', () => {
  assert.equal(render('{{ it.data[0].v }}', 'none'), nasty);
  for (const mode of ['json', 'html', 'url', 'none'] as const) {
    assert.equal(render('{{* it.data[0].v }}', mode), nasty);
    assert.equal(render('{{ it.data[0].v | safe }}', mode), nasty);
  }
});

test('the text of a template is never escaped', () => {
  for (const mode of ['json', 'html', 'url', 'none'] as const) assert.equal(render('<"&>\n', mode), '<"&>\n');
});
