import { fileURLToPath } from 'node:url';
import { call } from './parts.ts';
import { makeArtefacts } from './release/artefacts.ts';
import { prepare, release } from './release/release.ts';

// npm run release -- prepare 0.3.0   makes the commit of a version
// npm run release                    makes its artefacts in dist/release and tags the commit; --no-tag leaves the tag out

const root = fileURLToPath(new URL('../', import.meta.url));
const npm = async (cwd: string, ...scripts: string[]) => {
  for (const script of scripts) await call('npm', ['run', '--silent', script], { cwd });
};
const renew = (cwd: string) => npm(cwd, 'docs', 'clients', 'release:openapi', 'release:tag');
const [word, version] = process.argv.slice(2);

try {
  if (word === 'prepare') {
    const day = new Date().toISOString().slice(0, 10);
    await prepare(root, version ?? '', day, { renew });
  } else {
    if (word !== undefined && word !== '--no-tag') throw new Error(`${word} is unknown: prepare VERSION, or --no-tag.`);
    const steps = { renew, check: (cwd: string) => npm(cwd, 'check'), build: makeArtefacts };
    console.log(await release(root, steps, word === undefined));
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
