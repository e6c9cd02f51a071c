import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { temporaryFolder } from '../src/sqlite/temporary-folder.testing.ts';

const timeoutMs = { call: 900_000, fetch: 600_000 };

/** A program or package that is not here. */
export class Missing extends Error {}

/** A part of a test that needs other programs. It gets an empty folder, which is removed afterwards. */
export type Part = (folder: string) => Promise<void>;

/**
 * Runs the parts with one of the words in their name (no words: all), one after the other unless they run together, because they
 * wait for most of their time, and prints the result of each. A part whose programs or
 * packages are not to be had is skipped, with the reason. The exit code is 1 when one failed.
 */
export async function runParts(
  parts: Readonly<Record<string, Part>>,
  words: readonly string[],
  { isTogether = false } = {},
): Promise<void> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  async function run(name: string, part: Part): Promise<void> {
    const startedAt = performance.now();
    const failure = await inFolder(part).then(
      () => null,
      (error: Error) => error,
    );
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    const result = failure === null ? 'passed' : failure instanceof Missing ? 'skipped' : 'failed';
    counts[result] += 1;
    const said = result === 'skipped' ? failure?.message.slice(0, 300) : failure?.stack?.slice(0, 5_000);
    const reason = failure === null ? '' : `: ${said}`;
    console.log(`${result} ${name} (${seconds} s)${reason}`);
  }
  const chosen = Object.entries(parts).filter(
    ([name]) => words.length === 0 || words.some((word) => name.includes(word)),
  );
  if (isTogether) await Promise.all(chosen.map(([name, part]) => run(name, part)));
  else for (const [name, part] of chosen) await run(name, part);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  if (counts.failed > 0) process.exitCode = 1;
}

/** A folder that can't be removed is a failure of its part. */
async function inFolder(part: Part): Promise<void> {
  using folder = temporaryFolder();
  await part(folder.path);
}

type Where = { cwd?: string; env?: NodeJS.ProcessEnv };

/** Runs a program and returns its output; one that fails is an error with its output, one that is not here is Missing. */
export function call(program: string, args: readonly string[], where: Where = {}): Promise<string> {
  return within(timeoutMs.call, program, args, where);
}

/** The same, for what downloads: a failure means that it is not to be had. */
export function fetchBy(program: string, args: readonly string[], where: Where = {}): Promise<string> {
  return within(timeoutMs.fetch, program, args, where).catch((error: Error) => {
    throw new Missing(error.message);
  });
}

async function within(timeout: number, program: string, args: readonly string[], where: Where): Promise<string> {
  const options = { ...where, maxBuffer: 2 ** 26, timeout };
  const result = await promisify(execFile)(program, [...args], options).catch((error) => {
    if (error.code === 'ENOENT') throw new Missing(`there is no ${program}`);
    const late = error.killed === true ? `did not end within ${timeout / 1_000} s: ` : '';
    const said = error.stderr || error.stdout || error.message;
    throw new Error(`${program} ${args.join(' ').slice(0, 200)}: ${late}${said}`);
  });
  return result.stdout;
}
