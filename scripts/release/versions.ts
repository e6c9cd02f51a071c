import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the version stands, besides the changelog; `#` is the version in what surrounds it. */
export const places: readonly (readonly [path: string, ...texts: string[]])[] = [
  ['package.json', '\n  "version": "#"'],
  ['package-lock.json', '\n  "version": "#"', '"name": "millrace",\n      "version": "#"'],
  ['clients/typescript/package.json', '\n  "version": "#"'],
  ['clients/python/pyproject.toml', '\nversion = "#"'],
  ['deploy/kubernetes/millrace.yaml', 'image: millrace:#\n'],
  ['test/clients/released-openapi.json', '"version":"#"'],
  ['docs/installing.md', './millrace-#.tgz', './millrace_#_amd64.deb'],
  ['docs/client-typescript.md', 'millrace-client-#.tgz'],
];

/** The version in package.json of a checkout. */
export function versionOf(root: string): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return version;
}

/** The places of a checkout that name another version than its package.json. */
export function otherVersions(root: string): string[] {
  const version = versionOf(root);
  return places.flatMap(([path, ...texts]) => {
    const text = readFileSync(join(root, path), 'utf8');
    return texts.filter((one) => !text.includes(one.replace('#', version))).map((one) => `${path}: ${one.trim()}`);
  });
}

/** Writes a version to every place. All of them have to name the present one. */
export function setVersion(root: string, version: string): void {
  const [stale] = otherVersions(root);
  if (stale !== undefined) throw new Error(`${stale} has another version than package.json.`);
  const present = versionOf(root);
  for (const [path, ...texts] of places) {
    const file = join(root, path);
    const replaced = (text: string, one: string) => text.replace(one.replace('#', present), one.replace('#', version));
    writeFileSync(file, texts.reduce(replaced, readFileSync(file, 'utf8')));
  }
}

/** Below 0 when the first version is lower, 0 when both are the same. Only `major.minor.patch` is a version here. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [partsOf(one), partsOf(other)];
  return a.map((part, at) => part - (b[at] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

function partsOf(version: string): number[] {
  if (!/^\d+\.\d+\.\d+$/.test(version))
    throw new Error(`${version} is no version: write three numbers, such as 0.2.0.`);
  return version.split('.').map(Number);
}
