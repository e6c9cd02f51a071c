import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { productSettings } from './product.ts';

/** The machine and version of a result. */
export type Environment = {
  date: string;
  commit: string;
  machine: string;
  /** Load average of the minute before the start, by other processes. */
  loadBefore: number;
  node: string;
  packages: Record<string, string>;
  durability: string;
  settings: Record<string, string>;
};

const measured = ['fastify', 'undici', 'quickjs-emscripten-core', 'pino'];

/** Describes this machine and checkout. */
export function environment(): Environment {
  const cpu = cpus()[0]?.model ?? 'unknown processor';
  const memory = `${Math.round(totalmem() / 1024 ** 3)} GiB`;
  return {
    date: new Date().toISOString(),
    commit: commit(),
    machine: `${availableParallelism()} × ${cpu}, ${memory}, ${process.platform} ${release()}, data in ${tmpdir()}`,
    loadBefore: Number((loadavg()[0] ?? 0).toFixed(2)),
    node: process.version,
    packages: Object.fromEntries(measured.map((name) => [name, versionOf(name)])),
    durability: 'SQLite WAL, synchronous=FULL: answered after fsync',
    settings: productSettings,
  };
}

/** Short hash of the checkout, with `-dirty` when product or bench have changes; `unknown` outside a checkout. */
function commit(): string {
  try {
    const hash = git('rev-parse', '--short', 'HEAD');
    return git('status', '--porcelain', '--', 'src', 'package.json', 'bench/*.ts') === '' ? hash : `${hash}-dirty`;
  } catch {
    return 'unknown';
  }
}

function git(...words: string[]): string {
  return execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

function versionOf(name: string): string {
  return JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
}
