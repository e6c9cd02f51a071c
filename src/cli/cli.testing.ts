import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import type { Finding } from '../contract/finding.ts';
import type { SealingState } from '../contract/sealing.ts';
import { run } from './cli.ts';
import type { AuditVerdict, Deps, Flags, Program } from './program.ts';

type Given = {
  start?: Program['start'];
  configure?: (flags: Flags) => void;
  findings?: Finding[];
  settings?: Partial<Program['settings']>;
  stdin?: string;
  verdict?: AuditVerdict;
  rotation?: SealingState['rotation'];
  flags?: Deps['flags'];
  env?: Deps['env'];
  now?: Deps['now'];
};

/** The commands with a program that does nothing by itself; what they write and ask for is kept. */
export function cli(given: Given = {}) {
  const signal = Promise.withResolvers<string>();
  const done: string[] = [];
  const written = { out: '', err: '' };
  const program: Program = {
    settings: {
      url: 'http://127.0.0.1:1',
      adminToken: null,
      dataDir: tmpdir(),
      databaseUrl: null,
      host: '127.0.0.1',
      port: 0,
      drainMs: 0,
      shutdownMs: 1_000,
      diskReserveBytes: 0,
      ...given.settings,
    },
    start: given.start ?? (async () => assert.fail('not started here')),
    backup: async (file) => void done.push(`backup ${file}`),
    restore: async (file, { force, hold }) => void done.push(`restore ${file} ${force} ${hold}`),
    move: async (to) => {
      done.push(`move ${to}`);
      const same = { count: 2, checksum: '0f' };
      return { to, moved: [{ kind: 'events', from: same, to: same }] };
    },
    undoMove: async () => 'postgres://db/millrace',
    rotateSecrets: async ({ newKey }, progress) => {
      done.push(`rotate ${newKey}`);
      progress({ done: 1, total: 2 });
      const keys = [
        { id: 'new', bodies: 2 },
        { id: 'old', bodies: 0 },
      ];
      return { keyId: 'new', keys, rotation: given.rotation ?? null };
    },
    verifyAudit: async (path, known) => {
      done.push(`verify ${path} ${JSON.stringify(known)}`);
      return given.verdict ?? { ok: true, count: 0, first: 1, head: { number: 0, hash: '0'.repeat(64) } };
    },
    inspect: async () => given.findings ?? [],
  };
  const deps: Deps = {
    version: '9.9.9',
    flags: given.flags ?? [
      { name: 'dataDir', flag: '--data-dir', description: 'folder', isSwitch: false },
      { name: 'inbox', flag: '--inbox', description: 'inbox', isSwitch: true },
      { name: 'url', flag: '--url', description: 'url', isSwitch: false },
    ],
    configure(flags) {
      given.configure?.(flags);
      return program;
    },
    renderTemplate: async ({ data, contentType }) => ({ kind: 'body', body: JSON.stringify(data), contentType }),
    stdout: { write: (text) => (written.out += text) },
    stderr: { write: (text) => (written.err += text) },
    readStdin: async () => given.stdin ?? '',
    env: given.env ?? {},
    now: given.now ?? (() => Date.UTC(2026, 0, 1)),
    untilSignal: () => ({ signal: signal.promise, [Symbol.dispose]() {} }),
  };
  return { written, done, signal, run: (...argv: string[]) => run(argv, deps) };
}
