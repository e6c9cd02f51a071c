import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { brokenLinks } from '../scripts/site/links.ts';
import { excerpt, found, type Section } from '../scripts/site/search.ts';
import { docsSite } from '../scripts/site/site.ts';
import { routes } from '../src/contract/routes.ts';

let site: Map<string, string | Buffer>;
before(async () => {
  site = await docsSite();
});

const page = (name: string) => String(site.get(`${name}.html`));

test('every link, picture and script of the documentation site leads to a file or heading of it', () => {
  assert.deepEqual(brokenLinks(site), []);
  for (const broken of ['href="nowhere.html"', 'href="templates.html#nowhere"', 'src="images/nowhere.webp"']) {
    const spoiled = new Map(site).set('planted.html', `<p ${broken}>`);
    assert.equal(brokenLinks(spoiled).length, 1, broken);
  }
});

test('the documentation site has the pages of the console, pictures, and examples with what they render', () => {
  for (const name of ['index', 'templates', 'sources-segment', 'changelog', 'errors', 'architecture'])
    assert.match(page(name), /<main id="main" tabindex="-1">\n<h1>/, name);
  assert.match(page('console'), /<img src="images\/home-light\.webp" loading="lazy" alt="Home\./);
  const examples = page('templates').match(/<div class="example">/g)?.length ?? 0;
  const results = page('templates').match(/<figcaption>Result, /g)?.length ?? 0;
  assert.ok(examples >= 8 && results === examples);
  for (const [name, html] of site) if (name.endsWith('.html')) assert.match(String(html), /<h2>Running it<\/h2>/, name);
});

test('the reference on the documentation site has every operation of the API', () => {
  const reference = page('api');
  for (const { id, path } of routes) {
    assert.ok(reference.includes(`<details class="operation" id="${id}">`), id);
    assert.ok(reference.includes(`<code>${path}</code>`), path);
  }
});

test('the search of the documentation site finds sections by all words of a query, titles first', () => {
  const script = String(site.get('search-index.js'));
  const sections: Section[] = JSON.parse(script.slice(script.indexOf('['), script.lastIndexOf(']') + 1));
  const hrefs = (query: string) => found(sections, query).map(({ href }) => href);
  assert.equal(hrefs('idempotency_key_reused')[0], 'errors.html#idempotency_key_reused');
  assert.ok(hrefs('create a connection').includes('api.html#createConnection'));
  assert.ok(hrefs('MILLRACE_LOG_FORMAT').some((href) => href.startsWith('configuration.html')));
  assert.deepEqual(hrefs('word-that-no-page-has'), []);
  assert.deepEqual(hrefs('  '), []);
  for (const href of sections.map((one) => one.href))
    assert.ok(site.has(href.split('#')[0] ?? ''), `${href} of the index is a page`);
  const [first] = found(sections, 'circuit breaker');
  assert.match(first === undefined ? '' : excerpt(first, 'circuit breaker'), /circuit|breaker/i);
});
