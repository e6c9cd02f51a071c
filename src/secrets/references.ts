import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { isAbsolute, normalize, sep } from 'node:path';
import { Secret, UnresolvedSecret } from '../contract/secret.ts';

/** Secrets outside of Millrace, in the environment or in files, as far as the operator allows them. */
export type SecretReferences = ReturnType<typeof secretReferences>;

type ReferenceOptions = {
  /**
   * Allowed references: `env:NAME` (`*` stands for any characters), `file:/folder/` with everything below,
   * `file:/path`.
   */
  allowed: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  /** Files in here are never read, whatever is allowed, because the sealing key is among them. */
  dataDir: string;
  /** ms since the epoch. */
  now(): number;
  /** Called when a value is read for the first time or has changed. */
  changed?(): void;
};

/** How long a value is cached: a rotated secret is in use after this time. */
const freshMs = 5_000;

/**
 * Reads secret references synchronously, so that opening a secret stays synchronous. A value is read at most once in
 * five seconds; after a problem each use reads again, because it may have been fixed.
 */
export function secretReferences({ allowed, env, dataDir, now, changed }: ReferenceOptions) {
  const readings = new Map<string, { readAt: number; value: string }>();
  const names = allowed.flatMap((one) => (one.startsWith('env:') ? [namePattern(one.slice(4))] : []));
  const files = allowed.flatMap((one) => (one.startsWith('file:') ? [one.slice(5)] : []));

  function reading(ref: string): Reading {
    const readAt = now();
    const before = readings.get(ref);
    if (before !== undefined && readAt >= before.readAt && readAt - before.readAt < freshMs) return before;
    const next = read(ref);
    if ('problem' in next) return next;
    readings.set(ref, { readAt, ...next });
    if (before?.value !== next.value) changed?.();
    return next;
  }

  function read(ref: string): Reading {
    const [, scheme, place = ''] = /^(env|file):(.*)$/s.exec(ref) ?? [];
    const isAllowed = scheme === 'env' ? isAllowedName(place) : scheme === 'file' && isAllowedFile(place, files);
    if (!isAllowed) return { problem: `${ref} is not allowed by MILLRACE_SECRET_REFS.` };
    if (scheme === 'file') return readAllowedFile(place, { allowed: files, dataDir });
    const value = Object.hasOwn(env, place) ? (env[place] ?? '') : '';
    return value === '' ? { problem: `${ref} is not set in the environment of the server.` } : { value };
  }

  // The server's own settings are never sent as secrets.
  const isAllowedName = (name: string) => !/^MILLRACE_/i.test(name) && names.some((pattern) => pattern.test(name));

  return {
    /** A secret that is read from its place when it is needed. `ref` in the form of the contract; checked at the read. */
    secret(ref: string, updatedAt: string): Secret {
      const read = () => {
        const found = reading(ref);
        if ('problem' in found) throw new UnresolvedSecret(found.problem);
        return found.value;
      };
      return new Secret({ ref, read }, updatedAt);
    },
    /** The reason why a reference can't be used now, in a sentence; null when it can. */
    problem(ref: string): string | null {
      const found = reading(ref);
      return 'problem' in found ? found.problem : null;
    },
    /** The last values read. */
    *values(): Iterable<string> {
      for (const { value } of readings.values()) yield value;
    },
  };
}

function namePattern(pattern: string): RegExp {
  return new RegExp(`^${pattern.replaceAll('*', '[A-Za-z0-9_]*')}$`);
}

/** The value of a secret, or the reason why it can't be read. */
type Reading = { value: string } | { problem: string };

/** The maximum size of a secret. */
const bytesMax = 65_536;

/** Whether a path is a plain absolute one (no `..`, no doubled slash) and is allowed, or in an allowed folder. */
function isAllowedFile(path: string, allowed: readonly string[]): boolean {
  if (!isAbsolute(path) || normalize(path) !== path || path.endsWith(sep)) return false;
  return allowed.some((one) => path === one || (one.endsWith(sep) && path.startsWith(one)));
}

/**
 * The text of an allowed file, without a line break at its end. Links are followed (mounted secrets are links) but
 * must end in an allowed place. Problems are sentences for the person who wrote the reference.
 */
function readAllowedFile(path: string, { allowed, dataDir }: { allowed: readonly string[]; dataDir: string }): Reading {
  const named = `file:${path}`;
  try {
    const real = realpathSync(path);
    if (isIn(real, realOf(dataDir)) || !isAllowedFile(real, allowed.flatMap(realAllowed)))
      return { problem: `${named} links to a place that MILLRACE_SECRET_REFS does not allow.` };
    return readText(real, named);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'unreadable';
    return { problem: code === 'ENOENT' ? `${named} does not exist.` : `${named} can't be read (${code}).` };
  }
}

function readText(real: string, named: string): Reading {
  // Opening a pipe without O_NONBLOCK would block until it has a writer.
  const file = openSync(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    if (!fstatSync(file).isFile()) return { problem: `${named} is not a file.` };
    const buffer = Buffer.alloc(bytesMax + 1);
    let length = 0;
    for (let more = 1; more > 0 && length <= bytesMax; length += more)
      more = readSync(file, buffer, length, buffer.length - length, null);
    if (length > bytesMax) return { problem: `${named} is over 64 KiB.` };
    const text = buffer.subarray(0, length).toString('utf8');
    if (text.includes('\ufffd') || text.includes('\0')) return { problem: `${named} is not UTF-8 text.` };
    const value = text.replace(/\r?\n$/, '');
    return value === '' ? { problem: `${named} is empty.` } : { value };
  } finally {
    closeSync(file);
  }
}

/** The real path of an allowed place, which may itself be a link; a missing one allows nothing. */
function realAllowed(one: string): string[] {
  const real = realOf(one);
  if (real === null) return [];
  return [one.endsWith(sep) && !real.endsWith(sep) ? `${real}${sep}` : real];
}

function realOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null; // missing
  }
}

function isIn(path: string, folder: string | null): boolean {
  return folder !== null && (path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`));
}
