import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';

const root = new URL('../', import.meta.url).pathname;
const target = `${root}dist/tag`;

/** The tags of releases. */
export const released = `${root}src/tag/released`;

/** Whether dist/tag is missing or older than its sources. */
export function isTagStale(): boolean {
  if (!existsSync(`${target}/tag.js`)) return true;
  const builtAt = statSync(`${target}/tag.js`).mtimeMs;
  const sources = [...globSync('src/tag/**/*.{ts,js}', { cwd: root }), 'scripts/tag.ts'];
  return sources.some((path) => statSync(`${root}${path}`).mtimeMs > builtAt);
}

/** The tag as one script. */
export async function tagScript(): Promise<string> {
  const { rolldown } = await import('rolldown');
  await using build = await rolldown({ cwd: root, input: 'src/tag/tag.ts', platform: 'browser' });
  const { output } = await build.generate({ format: 'iife', minify: true, comments: false });
  return output[0].code.trim();
}

/**
 * Builds dist/tag: the tag as `tag.js`, and under a name with its version, which pages with an integrity use; the tags of
 * releases, which such pages go on to load; and the types. The old files are replaced at once, because a server may be reading
 * them.
 */
export async function buildTag(): Promise<void> {
  const made = `${root}dist/.tag-${process.pid}`;
  const old = `${root}dist/.tag-old-${process.pid}`;
  const write = (name: string, content: string) => {
    writeFileSync(`${made}/${name}`, content);
    writeFileSync(`${made}/${name}.gz`, packed(content));
  };
  try {
    mkdirSync(made, { recursive: true });
    const script = await tagScript();
    for (const path of globSync(`${released}/*.js`)) write(basename(path), readFileSync(path, 'utf8'));
    write(nameOf(script), script);
    write('tag.json', JSON.stringify({ path: `/${nameOf(script)}`, integrity: integrityOf(script) }));
    write('tag.d.ts', readFileSync(`${root}src/tag/millrace.d.ts`, 'utf8'));
    write('tag.js', script);
    if (existsSync(target)) renameSync(target, old);
    renameSync(made, target);
  } finally {
    rmSync(made, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}

/** The name of a script that never changes: with the start of its hash. */
export const nameOf = (script: string): string =>
  `tag-${createHash('sha256').update(script).digest('hex').slice(0, 12)}.js`;

export const packed = (script: string): Buffer => gzipSync(script, { level: 9 });

/** The value of `integrity` for a script. */
export const integrityOf = (script: string): string => `sha384-${createHash('sha384').update(script).digest('base64')}`;
