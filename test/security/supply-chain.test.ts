import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { billOfMaterials, licenceProblems, lockedPackages, shippedPackages } from '../../scripts/supply-chain.ts';

const own: { scripts: Record<string, string>; dependencies: Record<string, string> } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

test('no install script is needed: neither ours nor of any package', () => {
  const withScript = lockedPackages().filter(({ hasInstallScript }) => hasInstallScript);
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
