import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A package of the lock file, with the fields relevant to shipping. */
export type Package = {
  /** Path in the lock file: `node_modules/a/node_modules/b`. */
  path: string;
  name: string;
  version: string;
  /** An SPDX expression; null when the package names none. */
  license: string | null;
  /** SHA-512 of the download, in base64 after `sha512-`; null when the lock file has none. */
  integrity: string | null;
  hasInstallScript: boolean;
  /** Paths of its dependencies. */
  uses: string[];
};

/** An entry of a lock file of version 3. */
type Entry = {
  name?: string;
  version?: string;
  license?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
};

const root = new URL('../', import.meta.url);

/** Licences that shipped packages may have. */
const ALLOWED = new Set(
  'MIT MIT-0 ISC Apache-2.0 BSD-2-Clause BSD-3-Clause 0BSD BlueOak-1.0.0 CC0-1.0 Unlicense'.split(' '),
);

/** Every package of the lock file. */
export function lockedPackages(): Package[] {
  const entries = lockEntries();
  return Object.entries(entries).flatMap(([path, entry]) => (path === '' ? [] : [packageOf(path, entry, entries)]));
}

/**
 * The shipped packages with all their dependencies: those of the server, and those built into the console. Build and
 * test tools are not included.
 */
export function shippedPackages(): Package[] {
  const all = new Map(lockedPackages().map((one) => [one.path, one]));
  const { dependencies = {}, optionalDependencies = {} } = lockEntries()[''] ?? {};
  const roots = [...Object.keys(dependencies), ...Object.keys(optionalDependencies), ...consoleImports()];
  const shipped = new Map<string, Package>();
  const open = roots.map((name) => `node_modules/${name}`);
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const found = all.get(path);
    if (found === undefined || shipped.has(path)) continue;
    shipped.set(path, found);
    open.push(...found.uses);
  }
  return [...shipped.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Reasons not to ship these packages, as sentences. */
export function licenceProblems(packages: readonly Package[]): string[] {
  return packages.flatMap(({ path, license }) => {
    if (license === null) return [`${path} names no licence`];
    return isAllowed(license) ? [] : [`${path} is under ${license}`];
  });
}

/** A bill of materials in CycloneDX 1.6, the same for the same lock file. */
export function billOfMaterials(packages: readonly Package[]) {
  const { name, version, license }: { name: string; version: string; license: string } = readJson('package.json');
  const refs = new Map(packages.map((one) => [one.path, `${purlOf(one)}#${one.path}`]));
  const main = `pkg:npm/${name}@${version}`;
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': main,
        name,
        version,
        licenses: [{ expression: license }],
        purl: main,
      },
    },
    components: packages.map((one) => ({
      type: 'library',
      'bom-ref': refs.get(one.path),
      name: one.name,
      version: one.version,
      purl: purlOf(one),
      ...(one.license === null ? {} : { licenses: [{ expression: one.license }] }),
      ...(one.integrity === null ? {} : { hashes: [{ alg: 'SHA-512', content: hexOf(one.integrity) }] }),
    })),
    dependencies: packages.map(({ path, uses }) => ({
      ref: refs.get(path),
      dependsOn: uses.flatMap((used) => refs.get(used) ?? []),
    })),
  };
}

/** Names, licences and licence texts of the packages, for redistribution. */
export function licenceList(packages: readonly Package[]): string {
  return packages
    .map(({ path, name, version, license }) => {
      const [file] = globSync(`${path}/{LICENSE,LICENCE,license,licence,COPYING}*`, { cwd: fileURLToPath(root) });
      const text = file === undefined ? '' : `\n${readFileSync(new URL(file, root), 'utf8').trim()}\n`;
      return `${name} ${version}: ${license ?? 'no licence named'}\n${text}`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function packageOf(path: string, entry: Entry, entries: Record<string, Entry>): Package {
  const name = entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = entry;
  const used = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
  return {
    path,
    name,
    version: entry.version ?? '',
    license: entry.license ?? null,
    integrity: entry.integrity ?? null,
    hasInstallScript: entry.hasInstallScript === true,
    uses: [...new Set(used.flatMap((one) => resolve(path, one, entries) ?? []))].sort(),
  };
}

/** The path where Node finds a package from within another: its own folder first, then the folders above. */
function resolve(from: string, name: string, entries: Record<string, Entry>): string | null {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (Object.hasOwn(entries, path)) return path;
    if (folder === '') return null;
  }
}

/** Packages imported by the sources of the console, which are built into it. */
function consoleImports(): string[] {
  const sources = globSync('src/console/**/*.{ts,tsx,css}', { cwd: fileURLToPath(root) }).filter(
    (file) => !file.includes('.test.'),
  );
  const names = new Set<string>();
  for (const file of sources) {
    const text = readFileSync(new URL(file, root), 'utf8');
    for (const [, name] of text.matchAll(/(?:from|import|@import)\s*\(?['"]((?:@[\w.-]+\/)?[\w][\w.-]*)[/'"]/g))
      if (name !== undefined && !name.startsWith('node:')) names.add(name);
  }
  return [...names];
}

function isAllowed(expression: string): boolean {
  const choices = expression.replace(/[()]/g, '').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((id) => ALLOWED.has(id.trim())));
}

function purlOf({ name, version }: Package): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function hexOf(integrity: string): string {
  return Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
}

function lockEntries(): Record<string, Entry> {
  return readJson<{ packages: Record<string, Entry> }>('package-lock.json').packages;
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, root), 'utf8'));
}
