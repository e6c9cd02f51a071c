import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inConsole, renderDoc } from '../scripts/docs-plugin.ts';
import { docName } from '../src/console/pages/docs/doc-name.ts';

const root = new URL('../', import.meta.url).pathname;

test('a document becomes HTML with targets for links, links within the console, and examples to run', () => {
  const doc = renderDoc(
    [
      '# Title',
      'The `first` _paragraph_.',
      '## not_found',
      'See [alerts](alerts.md#what-is-sent), [code](../src/a.ts) and <script>alert(1)</script> ![x](images/x.webp).',
      '```template text/plain\nHi {{ it.data[0].a }}\n```',
      '```json\n[{"a": 1}]\n```',
      '| a |\n|---|\n| b |',
    ].join('\n\n'),
    inConsole('docs/x.md'),
  );
  assert.deepEqual([doc.title, doc.lead], ['Title', 'The first paragraph.']);
  const long = '# Title\n\nOf a long first paragraph, one sentence. Not the second one: it has\n\n- lists';
  assert.equal(renderDoc(long, inConsole('docs/x.md')).lead, 'Of a long first paragraph, one sentence.');
  const [text, example, table] = doc.parts;
  assert.ok(text?.kind === 'html' && example?.kind === 'example' && table?.kind === 'html');
  assert.match(text.html, /<h2 id="not_found">/);
  assert.match(text.html, /<a href="\/docs\/alerts#what-is-sent">alerts<\/a>, code and /);
  assert.doesNotMatch(text.html, /<script|<img|src\/a\.ts/);
  assert.deepEqual(
    [example.title, example.template, example.data, example.contentType],
    ['not_found', 'Hi {{ it.data[0].a }}', [{ a: 1 }], 'text/plain'],
  );
  assert.match(table.html, /tabindex="0"><table>/);
});

test('every document of docs/ renders with a title and a lead, and its links to headings have a target', () => {
  const paths = globSync(['docs/*.md', 'docs/sources/*.md'], { cwd: root });
  const docs = new Map(
    paths.map((path) => [docName(path), renderDoc(readFileSync(`${root}${path}`, 'utf8'), inConsole(path))]),
  );
  assert.ok(docs.size > 15);
  const htmlOf = (name: string) =>
    docs
      .get(name)
      ?.parts.map((part) => (part.kind === 'html' ? part.html : ''))
      .join('') ?? '';
  for (const [name, { title, lead }] of docs) {
    assert.ok(title !== '' && lead !== '', name);
    for (const [, page = name, hash = ''] of htmlOf(name).matchAll(/href="(?:\/docs\/([a-z-]+))?#([^"]+)"/g))
      assert.ok(htmlOf(page).includes(`id="${hash}"`), `${name}: ${page}#${hash}`);
  }
});
