import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { external } from './bundle.ts';
import './build.ts';

// Makes dist/millrace-<version>.tgz: the package for npm, with the built program, console and tag. It needs no build step, and of the
// packages of the sources only those that can't be bundled. Prints the file's path.

const root = fileURLToPath(new URL('../', import.meta.url));
const staged = join(root, 'dist/package');

/** What the package has of the checkout. */
const contents = [
  'LICENSE',
  'CHANGELOG.md',
  'bin/millrace.cjs',
  'scripts/node.cjs',
  'scripts/bundle-state.cjs',
  'dist/program',
  'dist/console',
  'dist/tag',
  'dist/licences.txt',
];

type Own = Record<'name' | 'version' | 'description' | 'license', string> & {
  bin: object;
  dependencies: Record<string, string>;
  optionalDependencies: object;
};

const own: Own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { name, version, description, license, bin, dependencies, optionalDependencies } = own;

rmSync(staged, { recursive: true, force: true });
for (const path of contents) cpSync(join(root, path), join(staged, path), { recursive: true });
// The server unpacks them for the few clients that don't take gzip (src/api/http/static-files.ts).
for (const path of globSync('dist/{console,tag}/**/*.gz', { cwd: staged }))
  rmSync(join(staged, path.slice(0, -'.gz'.length)));
const kept = Object.entries(dependencies).filter(([dependency]) => external.includes(dependency));
const manifest = {
  ...{ name, version, description, license, type: 'module', bin },
  // There is no library entry: the command and the API are the interface.
  exports: {},
  engines: { node: '>=20' },
  dependencies: Object.fromEntries(kept),
  optionalDependencies,
};
mkdirSync(staged, { recursive: true });
writeFileSync(join(staged, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
cpSync(join(root, 'docs/npm-package.md'), join(staged, 'README.md'));
cpSync(join(root, 'deploy/container/health.cjs'), join(staged, 'health.cjs'));
execFileSync('npm', ['pack', '--silent', '--pack-destination', join(root, 'dist')], { cwd: staged });
console.log(join(root, `dist/${name}-${version}.tgz`));
