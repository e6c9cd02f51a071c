import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Repository } from './git.ts';

/** The SHA-256 of a file, in hexadecimal. */
export function digestOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** The lines of SHA256SUMS, as `sha256sum --check` reads them. */
export function checksums(files: readonly string[]): string {
  return files.map((file) => `${digestOf(file)}  ${basename(file)}\n`).join('');
}

type Built = {
  repository: Repository;
  tag: string;
  files: readonly string[];
  lockFile: string;
  system: Readonly<Record<string, string>>;
};

/**
 * What was built from which commit: a statement of in-toto (https://in-toto.io/Statement/v1) with the provenance of SLSA 1.
 * It names no time of the build and no machine, so that the same commit gives the same statement. It is not signed.
 */
export function provenance({ repository, tag, files, lockFile, system }: Built) {
  const source = repository.origin() ?? 'urn:millrace:repository';
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: files.map((file) => ({ name: basename(file), digest: { sha256: digestOf(file) } })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'urn:millrace:npm-run-release:1',
        externalParameters: { source, ref: `refs/tags/${tag}` },
        internalParameters: system,
        resolvedDependencies: [
          {
            uri: `git+${source}@refs/tags/${tag}`,
            digest: { gitCommit: repository.commit(), gitTree: repository.tree() },
          },
          { uri: 'package-lock.json', digest: { sha256: digestOf(lockFile) } },
        ],
      },
      runDetails: { builder: { id: 'urn:millrace:maintainer' } },
    },
  };
}
