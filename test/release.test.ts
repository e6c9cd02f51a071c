import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { cut, sectionOf } from '../scripts/release/changelog.ts';
import { prepare, release, type Steps } from '../scripts/release/release.ts';
import { compareVersions, otherVersions, places, versionOf } from '../scripts/release/versions.ts';
import { temporaryFolder } from '../src/sqlite/temporary-folder.testing.ts';

const root = new URL('../', import.meta.url).pathname;

test('every place that names the version has that of package.json', () => {
  assert.deepEqual(otherVersions(root), []);
});

test('the upgrade guide has a row for each version of the changelog', () => {
  const [changelog, guide] = ['CHANGELOG.md', 'docs/upgrading.md'].map((path) =>
    readFileSync(join(root, path), 'utf8'),
  );
  const versions = [...(changelog ?? '').matchAll(/^## (\d\S+)/gm)].map(([, version = '']) => version);
  assert.ok(versions.includes('0.1.0'));
  for (const version of versions.filter((one) => one !== '0.1.0'))
    assert.match(guide ?? '', new RegExp(`^\\| [\\d., ]+ \\| ${version} \\|`, 'm'));
});

test('the changelog has 200 lines at most', () => {
  assert.ok(readFileSync(join(root, 'CHANGELOG.md'), 'utf8').split('\n').length <= 201);
});

test('a version is cut from the changelog once', () => {
  const changelog = '# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.1.0\n\n- First.\n';
  const made = cut(changelog, '0.2.0', '2026-12-02');
  assert.equal(made, '# Changelog\n\n## 0.2.0 (2026-12-02)\n\n- New.\n\n## 0.1.0\n\n- First.\n');
  assert.equal(cut(made, '0.2.0', '2026-12-03'), made);
  assert.equal(sectionOf(made, '0.2.0'), '- New.');
  assert.equal(sectionOf(made, '0.2'), null);
  assert.throws(() => cut(made, '0.3.0', '2026-12-03'), /nothing to release/);
  const both = made.replace('# Changelog', '# Changelog\n\n## Unreleased\n\n- More.');
  assert.throws(() => cut(both, '0.2.0', '2026-12-03'), /Move the lines of Unreleased/);
});

test('versions are compared by their numbers, and anything else is none', () => {
  assert.ok(compareVersions('0.9.0', '0.10.0') < 0);
  assert.ok(compareVersions('1.0.0', '0.99.99') > 0);
  assert.equal(compareVersions('1.2.3', '1.2.3'), 0);
  for (const text of ['', 'v1.2.3', '1.2', '1.2.3-rc1'])
    assert.throws(() => compareVersions(text, '1.2.3'), /no version/);
});

test('a prepared version is one commit with the version in every place, and a release is a tag with checked artefacts', async () => {
  using checkout = checkoutOf('## Unreleased\n\n- New.\n\n## 0.1.0\n\n- First.\n');
  const { path, git } = checkout;
  await prepare(path, '7.0.0', '2026-12-02', {
    renew: async () => writeFileSync(join(path, 'docs/made.md'), 'made\n'),
  });
  assert.equal(git('log', '-1', '--format=%s'), 'Version 7.0.0');
  assert.equal(git('status', '--porcelain'), '');
  assert.equal(versionOf(path), '7.0.0');
  assert.deepEqual(otherVersions(path), []);
  assert.match(readFileSync(join(path, 'CHANGELOG.md'), 'utf8'), /^## 7\.0\.0 \(2026-12-02\)$/m);

  const folder = await release(path, steps, true);
  execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: folder });
  const statement = JSON.parse(readFileSync(join(folder, 'provenance.intoto.json'), 'utf8'));
  assert.equal(statement.predicateType, 'https://slsa.dev/provenance/v1');
  const [{ digest }] = statement.predicate.buildDefinition.resolvedDependencies;
  assert.deepEqual(digest, { gitCommit: git('rev-parse', 'HEAD'), gitTree: git('rev-parse', 'HEAD^{tree}') });
  assert.equal(git('rev-parse', 'v7.0.0^{commit}'), git('rev-parse', 'HEAD'));
  assert.match(git('tag', '--list', '--format=%(contents)', 'v7.0.0'), /- New\./);
  assert.equal(readFileSync(join(folder, 'CHANGES.md'), 'utf8'), '# Millrace 7.0.0\n\n- New.\n');
  const [{ name, digest: own }] = statement.subject;
  assert.match(readFileSync(join(folder, 'SHA256SUMS'), 'utf8'), new RegExp(`^${own.sha256} {2}${name}$`, 'm'));

  // The same version is not released twice.
  await assert.rejects(release(path, steps, true), /^Error: The tag v7\.0\.0 exists already/);
  await assert.rejects(prepare(path, '7.0.0', '2026-12-02', steps), /^Error: The tag v7\.0\.0 exists already/);
});

test('a release refuses a dirty tree, lines under Unreleased, a stale version and a failed check, and leaves no tag', async () => {
  using checkout = checkoutOf('## Unreleased\n\n- New.\n');
  const { path, git } = checkout;
  const version = versionOf(path);
  await assert.rejects(release(path, steps, true), /CHANGELOG\.md has no section/);
  await assert.rejects(prepare(path, '0.0.1', '2026-12-02', steps), /0\.0\.1 is lower than the present/);
  await prepare(path, version, '2026-12-02', steps);
  const failing = { ...steps, check: () => Promise.reject(new Error('a test failed')) };
  await assert.rejects(release(path, failing, true), /a test failed/);
  const dirtying = {
    ...steps,
    async build() {
      writeFileSync(join(path, 'left.txt'), '');
      return [];
    },
  };
  const renewing = { ...steps, renew: async () => appendFileSync(join(path, 'docs/installing.md'), 'made\n') };
  await assert.rejects(release(path, renewing, true), /docs\/installing\.md: commit/);
  git('checkout', '--quiet', '.');
  assert.equal(existsSync(join(path, 'dist/release')), false);
  await assert.rejects(release(path, dirtying, true), /left\.txt: commit/);
  await assert.rejects(release(path, steps, true), /left\.txt: commit/);
  await assert.rejects(prepare(path, '9.0.0', '2026-12-02', steps), /left\.txt: commit/);
  git('add', '--all');
  git('commit', '--quiet', '--message', 'More');
  writeFileSync(join(path, 'CHANGELOG.md'), `## Unreleased\n\n- More.\n\n## ${version}\n\n- New.\n`);
  git('commit', '--quiet', '--all', '--message', 'Lines');
  await assert.rejects(release(path, steps, true), /lines under Unreleased/);
  writeFileSync(join(path, 'CHANGELOG.md'), `## ${version}\n\n- New.\n`);
  writeFileSync(join(path, 'docs/client-typescript.md'), 'another version\n');
  git('commit', '--quiet', '--all', '--message', 'Stale');
  await assert.rejects(release(path, steps, true), /docs\/client-typescript\.md: .* has another version/);
  assert.equal(git('tag'), '');
});

const steps: Steps = {
  renew: async () => {},
  check: async () => {},
  async build(_root, folder) {
    const file = join(folder, 'millrace.tgz');
    writeFileSync(file, 'built');
    return [file];
  },
};

/** A repository with the files of this checkout that name the version, and a changelog. */
function checkoutOf(changelog: string) {
  const folder = temporaryFolder();
  const { path } = folder;
  for (const [file] of places) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    cpSync(join(root, file), join(path, file));
  }
  writeFileSync(join(path, 'CHANGELOG.md'), changelog);
  writeFileSync(join(path, '.gitignore'), 'dist/\n');
  const git = (...args: string[]) => execFileSync('git', args, { cwd: path, encoding: 'utf8' }).trim();
  git('init', '--quiet');
  git('config', 'user.name', 'Ada');
  git('config', 'user.email', 'ada@example.com');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'All');
  return { path, git, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}
