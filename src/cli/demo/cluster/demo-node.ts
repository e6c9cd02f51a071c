import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError, exitCodes } from '../../exit.ts';
import type { Output } from '../../program.ts';

type Options = {
  name: string;
  env: Readonly<Record<string, string | undefined>>;
  /** The file that its log is appended to. */
  log: string;
  stdout: Output;
  /** Ends a node that does not listen yet. */
  ended: AbortSignal;
};

/** A node of the demo. When its process ends, another one starts. */
export type DemoNode = AsyncDisposable & {
  readonly name: string;
  readonly pid: number;
  /** null: nothing listens at the moment. */
  readonly url: string | null;
};

const startsAgainMs = 10_000;
const stopMs = 10_000;

/** Starts a node as a process of its own, and waits until it listens. */
export async function startDemoNode({ name, env, log, stdout, ended }: Options): Promise<DemoNode> {
  const file = createWriteStream(log, { flags: 'a' });
  const stopping = new AbortController();
  let child: ChildProcess;
  let url: string | null = null;

  async function start(): Promise<void> {
    ended.throwIfAborted();
    // The program ends when the channel closes: also when the demo is killed.
    child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', 'start'], {
      env: { ...env, MILLRACE_NODE_NAME: name },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    const closed = once(child, 'close');
    const kill = () => child.kill('SIGKILL');
    ended.addEventListener('abort', kill);
    let last = '';
    const { promise: listening, resolve } = Promise.withResolvers<string>();
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      stream.pipe(file, { end: false });
      createInterface(stream).on('line', (line) => {
        last = line;
        const [, found] = /"url":"([^"]+)".*"msg":"listening"/.exec(line) ?? [];
        if (found !== undefined) resolve(found);
      });
    }
    const found = await Promise.race([listening, closed.then(() => null)]);
    ended.removeEventListener('abort', kill);
    if (found === null) throw new CommandError(exitCodes.failed, `Node ${name} does not start: ${last}`);
    url = found;
    void closed.then(again);
  }

  async function again(): Promise<void> {
    url = null;
    if (stopping.signal.aborted) return;
    stdout.write(`\nNode ${name} has ended; the other one takes its partitions within 2 s. It starts again in 10 s.\n`);
    await sleep(startsAgainMs, null, { signal: stopping.signal }).catch(() => {});
    if (stopping.signal.aborted) return;
    try {
      await start();
      stdout.write(`\nNode ${name} is back at ${url}: kill -9 ${child.pid}\n`);
    } catch (error) {
      if (ended.aborted) return;
      stdout.write(`\n${error instanceof Error ? error.message : error}\n`);
      void again();
    }
  }

  await start();
  return {
    name,
    get pid() {
      return child.pid ?? 0;
    },
    get url() {
      return url;
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      if (child.exitCode === null && child.signalCode === null) {
        const closed = once(child, 'close');
        child.kill('SIGTERM');
        const late = setTimeout(() => child.kill('SIGKILL'), stopMs);
        await closed;
        clearTimeout(late);
      }
      await new Promise((written) => file.end(written));
    },
  };
}
