import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { packagesDigest } from './bundle.ts';

const root = new URL('../', import.meta.url).pathname;
const target = `${root}dist/console`;
const sources = [
  'src/{console,client,contract,template,rules}/**/*.{ts,tsx,css,html}',
  'vite.config.ts',
  '{docs/{*,sources/*},CHANGELOG}.md',
  'scripts/docs-plugin.ts',
];

/** Names the packages that the console was built with, see packagesDigest(). */
const packagesFile = 'packages.sha256';

/** Whether dist/console is missing, older than its sources or built with other packages. */
export function isConsoleStale(): boolean {
  if (!existsSync(`${target}/index.html`) || !existsSync(`${target}/${packagesFile}`)) return true;
  if (readFileSync(`${target}/${packagesFile}`, 'utf8') !== packagesDigest()) return true;
  const builtAt = statSync(`${target}/index.html`).mtimeMs;
  return globSync(sources, { cwd: root }).some((path) => statSync(`${root}${path}`).mtimeMs > builtAt);
}

/** Builds the console into dist/console. The old files are replaced at once, because a server may be reading them. */
export async function buildConsole(): Promise<void> {
  const [{ build }, { viteConfig }] = await Promise.all([import('vite'), import('../vite.config.ts')]);
  const made = `${root}dist/.console-${process.pid}`;
  const old = `${root}dist/.console-old-${process.pid}`;
  try {
    await build({ ...viteConfig, logLevel: 'warn', build: { ...viteConfig.build, outDir: made } });
    for (const path of globSync('assets/*.{js,css,svg}', { cwd: made }))
      writeFileSync(`${made}/${path}.gz`, gzipSync(readFileSync(`${made}/${path}`), { level: 9 }));
    writeFileSync(`${made}/${packagesFile}`, packagesDigest());
    mkdirSync(`${root}dist`, { recursive: true });
    if (existsSync(target)) renameSync(target, old);
    renameSync(made, target);
  } finally {
    rmSync(made, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}
