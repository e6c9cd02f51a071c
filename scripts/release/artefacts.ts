import { copyFileSync, globSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { call, fetchBy, Missing } from '../parts.ts';
import { repositoryOf } from './git.ts';
import { buildImage } from './image.ts';
import { versionOf } from './versions.ts';

/**
 * Makes the artefacts of a commit in a folder: packages for npm and Debian, the image, clients, sources, OpenAPI document, bill of
 * materials and licences. All are made in a copy of the commit with packages of its own, so that nothing else of the checkout
 * is in them. Prints what can't be made here, with the reason.
 */
export async function makeArtefacts(root: string, folder: string): Promise<string[]> {
  using own = temporaryFolder();
  const repository = repositoryOf(root);
  const version = versionOf(root);
  const epoch = repository.committedAt();
  const name = `millrace-${version}`;
  const source = join(own.path, name);
  const sources = join(folder, `${name}-source.tar`);
  repository.archive(sources, `${name}/`);
  await call('tar', ['-xf', sources, '-C', own.path]);
  // Without the time of the compression.
  await call('gzip', ['-9', '-n', sources]);
  await fetchBy('npm', ['ci', '--silent', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: source });
  await call('npm', ['run', '--silent', 'package'], { cwd: source });
  await optional('the Debian package', () => call('npm', ['run', '--silent', 'package:deb'], { cwd: source }));
  await call('npm', ['pack', '--silent', '--pack-destination', join(source, 'dist')], {
    cwd: join(source, 'clients/typescript'),
  });
  const made = globSync(`dist/{${name}.tgz,millrace-client-*.tgz,*.deb,sbom.cdx.json,licences.txt}`, { cwd: source });
  mkdirSync(folder, { recursive: true });
  for (const path of made) copyFileSync(join(source, path), join(folder, basename(path)));
  copyFileSync(join(source, 'test/clients/released-openapi.json'), join(folder, 'openapi.json'));
  await optional('the image', async () => {
    await fetchBy('buildah', ['--version']);
    const tag = `millrace:${version}`;
    const options = ['--timestamp', String(epoch)];
    const buildah = (...args: string[]) => fetchBy('buildah', args, { cwd: source });
    await buildImage({ buildah, tag, options, archive: join(folder, `${name}-image.tar`) });
  });
  return globSync('*', { cwd: folder })
    .sort()
    .map((file) => join(folder, file));
}

async function optional(what: string, make: () => Promise<unknown>): Promise<void> {
  await make().catch((error: unknown) => {
    if (!(error instanceof Missing)) throw error;
    console.log(`not made: ${what}: ${error.message.trim().slice(0, 300)}`);
  });
}
