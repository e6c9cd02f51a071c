import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../', import.meta.url);

test('each test that a document names is there, and each file that it links to', () => {
  const missing: string[] = [];
  let named = 0;
  for (const document of ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: root })]) {
    const text = readFileSync(new URL(document, root), 'utf8');
    const tests = [...text.matchAll(/`((?:src|test)\/[\w./-]+\.test\.ts)`/g)].map(
      ([, path]) => new URL(path ?? '', root),
    );
    const links = [...text.matchAll(/\]\(([^)#\s:]+)(?:#[^)]*)?\)/g)].map(
      ([, path]) => new URL(path ?? '', new URL(document, root)),
    );
    named += tests.length;
    for (const url of [...tests, ...links])
      if (!existsSync(url)) missing.push(`${document}: ${url.pathname.slice(root.pathname.length)}`);
  }
  assert.deepEqual(missing, []);
  assert.ok(named > 50, `only ${named} tests are named`);
});
