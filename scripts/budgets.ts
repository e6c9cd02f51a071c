import { globSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

type Chunk = { file: string; isEntry?: boolean; imports?: string[]; dynamicImports?: string[]; css?: string[] };

/**
 * Budgets in bytes after gzip: for the first load, for each page on top of it, for a part that is loaded on demand
 * (the template editor, say) on top of its page, and for the tag.
 */
export const budgets = {
  firstScript: 200 * 1_024,
  firstStyle: 25 * 1_024,
  page: 80 * 1_024,
  editor: 170 * 1_024,
  tag: 3 * 1_024,
};

export type Measured = {
  firstScript: number;
  firstStyle: number;
  pages: { name: string; bytes: number }[];
  /** Size of the template editor, on top of its page. */
  editor: number;
};

/** Measures the built console in a folder. */
export function measureConsole(dir: string): Measured {
  const manifest: Record<string, Chunk> = JSON.parse(readFileSync(`${dir}/manifest.json`, 'utf8'));
  const size = (file: string) => gzipSync(readFileSync(`${dir}/${file}`), { level: 9 }).length;
  const sum = (files: Iterable<string>) => [...files].reduce((total, file) => total + size(file), 0);

  function reach(name: string, seen = new Set<string>()): Set<string> {
    const chunk = manifest[name];
    if (chunk === undefined || seen.has(name)) return seen;
    seen.add(name);
    for (const one of chunk.imports ?? []) reach(one, seen);
    return seen;
  }
  const filesOf = (names: Iterable<string>) => {
    const chunks = [...names].flatMap((name) => manifest[name] ?? []);
    return {
      scripts: new Set(chunks.map(({ file }) => file)),
      styles: new Set(chunks.flatMap(({ css }) => css ?? [])),
    };
  };

  const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry === true) ?? '';
  const first = filesOf(reach(entry));
  /** The size of an on-demand part: at most what it adds to the page that already loads the least of it. */
  const more = (name: string) => {
    const { scripts, styles } = filesOf(reach(name));
    const openers = Object.keys(manifest).filter((one) => manifest[one]?.dynamicImports?.includes(name));
    return Math.max(
      ...openers.map((opener) => {
        const there = filesOf([...reach(entry), ...reach(opener)]);
        return sum([...scripts, ...styles].filter((file) => !there.scripts.has(file) && !there.styles.has(file)));
      }),
    );
  };
  const pages = Object.keys(manifest)
    .filter((name) => name.startsWith('pages/'))
    .map((name) => ({ name, bytes: more(name) }));
  if (entry === '' || globSync('assets/*.js', { cwd: dir }).length === 0) throw new Error(`No console in ${dir}.`);
  return {
    firstScript: sum(first.scripts),
    firstStyle: sum(first.styles),
    pages,
    editor: more('editor/template-editor.tsx'),
  };
}
