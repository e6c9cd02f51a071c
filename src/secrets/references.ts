import { Secret, UnresolvedSecret } from '../contract/secret.ts';
import { isAllowedFile, type Reading, readAllowedFile } from './reference-file.ts';

/** Secrets outside of Millrace, in the environment or in files, as far as the operator allows them. */
export interface SecretReferences {
  /**
   * A secret that is read from its place when it is needed. `ref` in the form of the contract; checked when it is
   * read.
   */
  secret(ref: string, updatedAt: string): Secret;
  /** The reason why a reference can't be used now, in a sentence; null when it can. */
  problem(ref: string): string | null;
  /** The last values read. */
  values(): Iterable<string>;
}

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
export function secretReferences({ allowed, env, dataDir, now, changed }: ReferenceOptions): SecretReferences {
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
    secret: (ref, updatedAt) =>
      new Secret(
        {
          ref,
          read() {
            const found = reading(ref);
            if ('problem' in found) throw new UnresolvedSecret(found.problem);
            return found.value;
          },
        },
        updatedAt,
      ),
    problem(ref) {
      const found = reading(ref);
      return 'problem' in found ? found.problem : null;
    },
    *values() {
      for (const { value } of readings.values()) yield value;
    },
  };
}

function namePattern(pattern: string): RegExp {
  return new RegExp(`^${pattern.replaceAll('*', '[A-Za-z0-9_]*')}$`);
}
