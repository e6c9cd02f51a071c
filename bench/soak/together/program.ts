import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '../../../src/client/client.ts';
import { adminToken, environment, errorLines, type Process, spawnProcess } from '../../../test/support/process.ts';
import type { History, Life } from './history.ts';

const own = fileURLToPath(new URL('../../../bin/millrace.cjs', import.meta.url));
const clock = fileURLToPath(new URL('./shifted-clock.cjs', import.meta.url));
const shutdownMs = 3_000;
/** The program looks at its clock every 10 s. */
const clockNoticedMs = 13_000;

/** The program under test, which is ended and started again during a run. */
export type Program = AsyncDisposable & {
  /** The URL it listens on; waits while it starts. */
  url(): Promise<string>;
  /** A client of the running program. Tokens take turns, since each has a rate limit. */
  client(): Promise<Client>;
  /**
   * Ends it and starts it again; the same for calls at the same time. Not within seconds of a step of the clock: a program
   * that ends before it noticed the step is late by it, as documented.
   */
  restart(by: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Ends it for good, in order; returns its exit code. */
  stop(): Promise<number | null>;
  /** Sets its clock to that of the machine plus this. */
  shiftClock(ms: number): void;
  setTokens(tokens: readonly string[]): void;
  /** Lines of level error and above, of all processes. */
  errors(): string[];
};

/** The file that the launcher of a checkout runs: the bundle if it is up to date, else the sources. */
export function programFileOf(launcher = own): string {
  const state: { programFile(): string } = createRequire(import.meta.url)(
    join(resolve(launcher), '../../scripts/bundle-state.cjs'),
  );
  return state.programFile();
}

/** The environment of a program on a data folder. One of another checkout may be older than the newest settings. */
export function environmentOf(dataDir: string, launcher: string | undefined): Record<string, string> {
  const { MILLRACE_DRAIN_MS: drain, ...common } = environment(dataDir);
  return launcher === undefined && drain !== undefined ? { ...common, MILLRACE_DRAIN_MS: drain } : common;
}

/** Starts the program of a checkout (its `bin/millrace.cjs`; default: this one) on a data folder. */
export async function startProgram({
  folder,
  history,
  launcher,
}: {
  folder: string;
  history: History;
  launcher?: string | undefined;
}): Promise<Program> {
  const clockFile = join(folder, 'clock');
  const env = {
    ...environmentOf(join(folder, 'data'), launcher),
    MILLRACE_SHUTDOWN_MS: String(shutdownMs),
    SHIFTED_CLOCK_FILE: clockFile,
  };
  const program = programFileOf(launcher);
  const errors: string[] = [];
  let tokens: readonly string[] = [adminToken];
  let turns = 0;
  let running = start();
  let restarting: Promise<void> | null = null;

  function start(): { process: Process; url: Promise<string>; life: Life } {
    const process = spawnProcess(env, ['start'], { flags: ['--require', clock], program });
    const life: Life = { startedAt: history.now(), listeningAt: null, endedAt: null, by: null };
    history.lives.push(life);
    const url = process.listening.then((found) => {
      life.listeningAt = history.now();
      return found;
    });
    url.catch(() => {}); // it may be killed before
    return { process, url, life };
  }

  async function end(by: 'SIGKILL' | 'SIGTERM') {
    const { process, life } = running;
    life.by = by;
    life.endedAt = history.now();
    const exit = await process.end(by);
    life.endedAt = history.now();
    errors.push(...errorLines(process.stdout()));
    if (by === 'SIGTERM' && exit.code !== 0)
      history.odd.push(
        `The program ended with ${exit.code ?? exit.signal} after SIGTERM: ${process.stderr().slice(0, 500)}`,
      );
    return exit.code;
  }

  async function url(): Promise<string> {
    for (;;) {
      if (restarting !== null) await restarting;
      const { url: listening, life } = running;
      const found = await listening.catch((error: unknown) => {
        if (life.by === null) throw error;
        return null;
      });
      if (found !== null && restarting === null) return found;
      await sleep(5);
    }
  }

  await url();
  return {
    url,
    async client() {
      const at = await url();
      turns += 1;
      return createClient({ url: at, token: tokens[turns % tokens.length] ?? adminToken });
    },
    async restart(by) {
      if (history.now() - (history.clockShifts.at(-1)?.at ?? Number.NEGATIVE_INFINITY) < clockNoticedMs) return;
      restarting ??= (async () => {
        await end(by);
        running = start();
        await running.url.catch((error: unknown) => history.odd.push(`The program did not start again: ${error}`));
        restarting = null;
      })();
      return restarting;
    },
    async stop() {
      if (restarting !== null) await restarting;
      return end('SIGTERM');
    },
    shiftClock(ms) {
      writeFileSync(clockFile, String(ms));
      history.clockShifts.push({ at: history.now(), shiftMs: ms });
    },
    setTokens(next) {
      tokens = next;
    },
    errors: () => [...errors, ...errorLines(running.process.stdout())],
    [Symbol.asyncDispose]: () => running.process[Symbol.asyncDispose](),
  };
}
