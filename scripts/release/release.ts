import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cut, sectionOf } from './changelog.ts';
import { repositoryOf } from './git.ts';
import { checksums, provenance } from './provenance.ts';
import { compareVersions, otherVersions, setVersion, versionOf } from './versions.ts';

/** The steps that run programs. Each throws when it fails. */
export type Steps = {
  /** Renews what is made from code and names the version: documents, clients, the released OpenAPI document. */
  renew(root: string): Promise<void>;
  check(root: string): Promise<void>;
  /** Makes the artefacts of the commit in a folder and returns their paths, sorted by name. */
  build(root: string, folder: string): Promise<string[]>;
};

/**
 * Makes the commit of a version: the section of the changelog, the version in every place, and what is made from it. Throws an
 * Error of one sentence for a dirty tree, a version that is tagged or lower, and when there is nothing to release.
 */
export async function prepare(root: string, version: string, day: string, steps: Pick<Steps, 'renew'>): Promise<void> {
  const repository = repositoryOf(root);
  refuseDirty(repository.changes());
  const present = versionOf(root);
  if (compareVersions(version, present) < 0) throw new Error(`${version} is lower than the present ${present}.`);
  refuseTagged(repository.tagged(tagOf(version)), version);
  const file = join(root, 'CHANGELOG.md');
  writeFileSync(file, cut(readFileSync(file, 'utf8'), version, day));
  setVersion(root, version);
  await steps.renew(root);
  if (repository.changes().length > 0) repository.commitAll(`Version ${version}`);
}

/**
 * Makes dist/release/<version> of the commit, with checksums and provenance, and then tags it. Throws an Error of one sentence
 * for a dirty tree, an existing tag, an unprepared version, stale generated files and a failed check; nothing is tagged then.
 */
export async function release(root: string, steps: Steps, isTagged: boolean): Promise<string> {
  const repository = repositoryOf(root);
  refuseDirty(repository.changes());
  const version = versionOf(root);
  const tag = tagOf(version);
  refuseTagged(repository.tagged(tag), version);
  const notes = preparedNotes(root, version);
  await steps.renew(root);
  await steps.check(root);
  refuseDirty(repository.changes());
  const folder = join(root, 'dist/release', version);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = await steps.build(root, folder);
  refuseDirty(repository.changes());
  const system = { node: process.version, platform: process.platform, architecture: process.arch };
  const statement = provenance({ repository, tag, files, lockFile: join(root, 'package-lock.json'), system });
  writeFileSync(join(folder, 'provenance.intoto.json'), `${JSON.stringify(statement, null, 2)}\n`);
  writeFileSync(join(folder, 'CHANGES.md'), `# Millrace ${version}\n\n${notes}\n`);
  const all = [...files, join(folder, 'provenance.intoto.json'), join(folder, 'CHANGES.md')];
  writeFileSync(join(folder, 'SHA256SUMS'), checksums(all));
  if (isTagged) repository.tag(tag, `Millrace ${version}\n\n${notes}`);
  return folder;
}

const tagOf = (version: string) => `v${version}`;

function refuseDirty(changes: readonly string[]): void {
  const [first] = changes;
  if (first !== undefined)
    throw new Error(`The checkout has ${changes.length} changed files, such as ${first.slice(3)}: commit them first.`);
}

function refuseTagged(commit: string | null, version: string): void {
  if (commit !== null) throw new Error(`The tag ${tagOf(version)} exists already, at ${commit.slice(0, 8)}.`);
}

/** The notes of a version. Throws when the checkout is not that of a prepared version. */
function preparedNotes(root: string, version: string): string {
  const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
  const cure = `run npm run release -- prepare ${version}`;
  const notes = sectionOf(changelog, version);
  if (notes === null) throw new Error(`CHANGELOG.md has no section ${version}: ${cure}.`);
  if ((sectionOf(changelog, 'Unreleased') ?? '') !== '')
    throw new Error('CHANGELOG.md has lines under Unreleased: move them to a version.');
  const [stale] = otherVersions(root);
  if (stale !== undefined) throw new Error(`${stale} has another version than package.json: ${cure}.`);
  return notes;
}
