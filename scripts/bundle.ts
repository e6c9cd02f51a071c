import { cpSync, globSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, SourceMap } from 'node:module';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { OutputChunk, Plugin } from 'rolldown';
import type { LineTable } from '../src/source-stacks.ts';

type BundleState = {
  folder: string;
  inputsFile: string;
  packagesDigest(): string;
  isBundleFresh(): boolean;
  programFile(): string;
};
const state: BundleState = createRequire(import.meta.url)('./bundle-state.cjs');
export const { folder, packagesDigest, isBundleFresh, programFile } = state;
const root = fileURLToPath(new URL('../', import.meta.url));
/** SQL, which the program reads beside its file. */
const migrations = ['src/sqlite/migrations', 'src/postgres/postgres-migrations'];

/** Packages that are loaded from node_modules: native code, WebAssembly, and YAML, which is found at run time. */
export const external: readonly string[] = ['@node-rs/argon2', '@jitl/quickjs-wasmfile-release-sync', 'yaml'];

const main = 'src/main.ts';
/** What each thread loads first. */
const everywhere = ['src/source-stacks.ts', 'src/idle-memory.ts'];
/**
 * What packages require and the program never uses, by the file that requires it: an empty module takes its place. These are
 * 0.7 MB of code, and `node:http2` alone is a tenth of the processor time of a start.
 */
const unused: readonly (readonly [file: string, modules: readonly string[]])[] = [
  ['fastify/lib/server.js', ['node:http2', 'node:https']],
  ['fastify/lib/schema-controller.js', ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler']],
  ['fastify/fastify.js', ['light-my-request']],
  ['prom-client/lib/pushgateway.js', ['https']],
  ['prom-client/lib/metrics/processCpuTotal.js', ['@opentelemetry/api']],
];
/** The files that each thread starts with. Threads share no files; the main thread loads some more on their first use. */
const threads = [
  [main],
  ['src/sqlite/sqlite-worker.ts', 'storage-operations.ts'],
  ['src/sqlite/checkpoint-worker.ts'],
  ['src/compute/compute-worker.ts'],
  ['src/sandbox/quickjs/worker.ts'],
];

/** Bundles the program into dist/program, as few files of JavaScript. The old ones are replaced at once. Takes 2 s. */
export async function buildBundle(): Promise<void> {
  const made = `${folder}-${process.pid}`;
  const old = `${folder}-old-${process.pid}`;
  try {
    mkdirSync(made, { recursive: true });
    const chunks = (await Promise.all(threads.map(bundle))).flat();
    for (const { fileName, code, map } of chunks) {
      writeFileSync(join(made, fileName), code);
      if (map !== null) writeFileSync(join(made, `${fileName}.lines.gz`), gzipSync(JSON.stringify(linesOf(code, map))));
    }
    for (const one of migrations) cpSync(`${root}${one}`, `${made}/${basename(one)}`, { recursive: true });
    const modules = chunks.flatMap(({ moduleIds }) => moduleIds.map((id) => relative(root, id)));
    const sources = modules.filter((path) => /^(src\/|package\.json$)/.test(path));
    const others = [...migrations.flatMap((one) => globSync(`${one}/*.sql`, { cwd: root })), 'scripts/bundle.ts'];
    const inputs = { packages: packagesDigest(), files: [...new Set([...sources, ...others])].sort() };
    writeFileSync(state.inputsFile.replace(folder, made), JSON.stringify(inputs));
    mkdirSync(folder, { recursive: true });
    renameSync(folder, old);
    renameSync(made, folder);
  } finally {
    rmSync(made, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}

/** Bundles the entries of one thread. */
async function bundle(entries: string[]): Promise<OutputChunk[]> {
  const { rolldown } = await import('rolldown');
  await using build = await rolldown({
    cwd: root,
    input: entries,
    platform: 'node',
    external: [...external],
    plugins: [additions(entries)],
  });
  const { output } = await build.generate({
    dir: folder,
    entryFileNames: '[name].js',
    chunkFileNames: `${basename(entries[0] ?? '', '.ts')}-[name].js`,
    sourcemap: 'hidden',
    // Readable, but ASCII: for a text with other letters V8 needs two bytes for each character instead of one.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: false, asciiOnly: true } },
    comments: false,
    codeSplitting: {
      // One file for what main.ts always loads; not for main.ts, which awaits files that import this one.
      groups: [{ name: 'common', tags: ['$initial'], test: (id) => entries[0] === main && !id.endsWith(main) }],
    },
  });
  return output.filter((one) => one.type === 'chunk');
}

/**
 * What a bundle has besides the sources: what each entry loads first, and `storage-operations.ts` is one
 * module with the operations of all rooms (from sources, the storage threads load a module of each room).
 */
function additions(entries: string[]): Plugin {
  return {
    name: 'additions',
    resolveId(id, importer) {
      if (id === 'storage-operations.ts') return id;
      const isUnused = unused.some(([file, modules]) => importer?.endsWith(`/${file}`) && modules.includes(id));
      return isUnused ? 'unused.cjs' : null;
    },
    load(id) {
      if (id === 'unused.cjs') return 'module.exports = {};';
      if (id !== 'storage-operations.ts') return null;
      const modules = globSync('src/*/sqlite/operations.ts', { cwd: root }).sort();
      const imports = modules.map(
        (path, i) => `import { operations as o${i} } from ${JSON.stringify(`${root}${path}`)};`,
      );
      return `${imports.join('\n')}\nexport const operations = { ${modules.map((_, i) => `...o${i}`).join(', ')} };`;
    },
    transform: (code, id) =>
      entries.some((entry) => id === `${root}${entry}`)
        ? {
            code: `${everywhere.map((file) => `import ${JSON.stringify(`${root}${file}`)};`).join('')}${code}`,
            map: null,
          }
        : null,
  };
}

/** The source of the first word of each line. */
function linesOf(code: string, map: NonNullable<OutputChunk['map']>): LineTable {
  const positions = new SourceMap({ ...map, file: map.file ?? '', sourceRoot: '' });
  const numbers = new Map(map.sources.map((source, number) => [source, number]));
  const lines = code.split('\n').map((text, number): LineTable['lines'][number] => {
    const entry = positions.findEntry(number, text.search(/\S|$/));
    return 'originalSource' in entry && entry.generatedLine === number
      ? [numbers.get(entry.originalSource) ?? -1, entry.originalLine + 1]
      : [-1, 0];
  });
  return { sources: map.sources.map((source) => relative(root, join(folder, source))), lines };
}
