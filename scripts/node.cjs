#!/usr/bin/env node
// Runs its arguments on Node 24, whatever Node started it: the running one when it is new enough, else the one that
// npm installed beside us as a platform package. Plain CommonJS, so that any Node can read it.
'use strict';
const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const { join } = require('node:path');

const MAJOR_NEEDED = 24;
/** One helper thread of V8 less than processors: with four on two processors the slowest delivery took 37 ms, with one 14. */
const HELPERS = Math.max(1, Math.min(4, availableParallelism() - 1));
/** All flags of Node and V8 but one: main.ts lowers the first for worker threads, after the main thread has started. */
const FLAGS = [
  // Room for new objects, in MiB: with 16, batches take 8 % more processor time, since more events outlive their first
  // collections. 64 would take 90 MB of memory more.
  '--max-semi-space-size=24',
  // Old objects are collected earlier (V8: 100): 10 to 20 MiB less while a million deliveries queue up.
  '--heap-growing-percent=75',
  // No kind of object is allocated old: else up to 2.8 MB per second of dead objects became old, now 0.3.
  '--no-allocation-site-pretenuring',
  // For idle-memory.ts: 20 MiB.
  '--expose-gc',
  `--v8-pool-size=${HELPERS}`,
  '--disable-warning=ExperimentalWarning',
];

function node24() {
  if (Number(process.versions.node.split('.')[0]) >= MAJOR_NEEDED) return process.execPath;
  const system = `${process.platform}-${process.arch}`;
  const name = `node-${system.replace('win32', 'win')}`;
  const exe = process.platform === 'win32' ? 'node.exe' : 'node';
  for (const base of [join(__dirname, '..'), join(__dirname, '..', '..', '..')]) {
    const path = join(base, 'node_modules', name, 'bin', exe);
    if (existsSync(path)) return path;
  }
  const isBundled = name in require('../package.json').optionalDependencies;
  console.error(
    isBundled
      ? 'Millrace needs Node.js 24 or later: install it, or run npm install without --omit=optional.'
      : `Millrace needs Node.js 24 or later, and has none for ${system}: install it, for example from nodejs.org.`,
  );
  process.exit(1);
}

const binary = node24();
if (process.argv[2] === '--path') {
  console.log(binary);
} else {
  const env = {
    // Compiled code is kept: a start takes a tenth less processor time; from sources a quarter, and 25 MB less.
    NODE_COMPILE_CACHE: join(__dirname, '..', 'node_modules', '.cache', 'node'),
    // Threads share two heaps of glibc: with one each, a busy server kept 15 MB more.
    MALLOC_ARENA_MAX: '2',
    ...process.env,
  };
  const args = [...FLAGS, ...process.argv.slice(2)];
  // Node.js 24 becomes the program: one process, so that a supervisor sees its end and its signals reach it. When npm starts
  // it, this process stays and watches npm.
  const isOwn = binary === process.execPath && process.env.npm_lifecycle_event === undefined;
  if (isOwn && process.execve !== undefined) process.execve(binary, [binary, ...args], env);
  // The channel closes when this process ends, however it does: the server ends then, too (main.ts).
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
  const child = spawn(binary, args, { stdio, env });
  // A terminal sends Ctrl-C to the whole group: the child has it already.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // A signal to npm alone ends npm and the shell between us, and nobody tells us: then the program stops in order too.
  if (process.env.npm_lifecycle_event !== undefined) {
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(watch);
      child.kill('SIGTERM');
    }, 500);
    watch.unref();
  }
  child.on('error', (error) => {
    console.error(`Millrace could not start Node.js: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}
