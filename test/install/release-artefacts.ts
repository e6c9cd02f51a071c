import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { call, Missing, type Part } from '../../scripts/parts.ts';
import { makeArtefacts } from '../../scripts/release/artefacts.ts';
import { digestOf } from '../../scripts/release/provenance.ts';
import { versionOf } from '../../scripts/release/versions.ts';
import { packedProgram } from './npm-package.ts';
import { needsRegistry } from './registry.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Made of a clone, so that this checkout gets no tag and may have changes. */
export const releaseArtefacts: Record<string, Part> = {
  'a release has its artefacts, and the package for npm is byte for byte that of another checkout': async (folder) => {
    await needsRegistry();
    const clone = join(folder, 'clone');
    await call('git', ['clone', '--quiet', root, clone]).catch((error: Error) => {
      throw new Missing(`the sources are no repository: ${error.message}`);
    });
    const version = versionOf(clone);
    const made = join(folder, 'made');
    await call('mkdir', [made]);
    const files = (await makeArtefacts(clone, made)).map((file) => basename(file));
    console.log(files.join(', '));
    for (const file of [
      `millrace-${version}.tgz`,
      `millrace-${version}-source.tar.gz`,
      'sbom.cdx.json',
      'openapi.json',
    ])
      assert.ok(files.includes(file), file);
    const isSame = execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }) === '';
    const own = await packedProgram();
    if (isSame) assert.equal(digestOf(join(made, basename(own))), digestOf(own));
  },
};
