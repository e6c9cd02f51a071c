import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { call, Missing } from '../../scripts/parts.ts';
import { ready } from './first-delivery.ts';

/** A program in a file system of its own, by its path in it. */
export type Program = {
  /** `user:group`, as numbers or names of that file system. */
  user: string;
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  url: string;
  /** Seconds from the signal to stop until a service manager kills it. */
  stopSeconds: number;
};

/** What a program may still do after it gave up its rights: enter its file system and become its user. */
const startRights = '-all,+sys_chroot,+setuid,+setgid';

/** Throws Missing where nothing can be mounted, as in a container without rights. */
export async function needsMounts(folder: string): Promise<void> {
  if (process.getuid?.() !== 0) throw new Missing('it needs root');
  const probe = join(folder, 'probe');
  mkdirSync(probe, { recursive: true });
  await call('mount', ['-t', 'tmpfs', 'tmpfs', probe]).catch((error: Error) => {
    throw new Missing(`nothing can be mounted here: ${error.message}`);
  });
  await call('umount', [probe]);
}

/**
 * Makes a file system read-only, but for /tmp, /proc and some folders, as `docker run --read-only` and systemd's
 * `ProtectSystem=strict` do. `writable`: folders in it, and the folders of this machine that they show.
 */
export async function readOnlyRoot(path: string, writable: Readonly<Record<string, string>>) {
  const inside = (folder: string) => join(path, folder);
  for (const folder of ['proc', 'tmp', ...Object.keys(writable)]) mkdirSync(inside(folder), { recursive: true });
  const mounted: string[] = [];
  const mount = async (...args: string[]) => {
    await call('mount', args);
    mounted.push(args.at(-1) ?? '');
  };
  const unmount = async () => {
    for (const one of mounted.splice(0).reverse()) await call('umount', [one]);
  };
  try {
    await mount('--bind', path, path);
    await call('mount', ['-o', 'remount,bind,ro', path]);
    for (const [folder, shown] of Object.entries(writable)) {
      await mount('--bind', shown, inside(folder));
      await call('mount', ['-o', 'remount,bind,rw', inside(folder)]);
    }
    await mount('-t', 'tmpfs', 'tmpfs', inside('tmp'));
    await mount('-t', 'proc', 'proc', inside('proc'));
  } catch (error) {
    await unmount();
    throw error;
  }
  return {
    start: ({ user, command, env }: Program): ChildProcess =>
      spawn(
        'setpriv',
        ['--no-new-privs', '--bounding-set', startRights, 'chroot', `--userspec=${user}`, path, ...command],
        { env: { ...env, PATH: '/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin' }, stdio: ['ignore', 'pipe', 'pipe'] },
      ),
    [Symbol.asyncDispose]: unmount,
  };
}

type Confined = Awaited<ReturnType<typeof readOnlyRoot>>;

/** Does something while a program runs without any capability, and ends it by a signal. A stop has to end in its time. */
export async function running(
  place: Confined,
  program: Program,
  signal: 'SIGTERM' | 'SIGKILL',
  work: (start: ChildProcess) => Promise<void>,
): Promise<void> {
  const child = place.start(program);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = once(child, 'close');
  try {
    await ready(program.url, () => output);
    withoutCapabilities(child.pid ?? 0);
    await work(child);
  } finally {
    child.kill(signal);
    const late = new AbortController();
    void setTimeout(program.stopSeconds * 1_000, null, { signal: late.signal }).then(
      () => child.kill('SIGKILL'),
      () => {},
    );
    await ended.finally(() => late.abort());
  }
  assert.deepEqual(await ended, signal === 'SIGKILL' ? [null, signal] : [0, null], output);
}

function withoutCapabilities(pid: number): void {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  for (const name of ['CapEff', 'CapPrm', 'CapInh', 'CapAmb'])
    assert.match(status, new RegExp(`^${name}:\\s0+$`, 'm'), name);
  assert.match(status, /^NoNewPrivs:\s1$/m);
}
