import { randomBytes } from 'node:crypto';
import { inTurn } from '../../async/in-turn.ts';
import { AppError } from '../../contract/errors.ts';

export type Passwords = ReturnType<typeof createPasswords>;

type PasswordCosts = { memoryKiB: number; passes: number; waitingMax: number };

/** OWASP's parameters for Argon2id (19 MiB, two passes, one lane). */
const defaults: PasswordCosts = { memoryKiB: 19_456, passes: 2, waitingMax: 32 };

/** Native code, loaded with the first password: it would take 12 ms of the start. */
const argon2 = () => import('@node-rs/argon2');

/**
 * Hashes passwords with Argon2id, off the main thread. One at a time leaves the other cores free. The number of waiting
 * calls is limited.
 */
export function createPasswords(costs: Partial<PasswordCosts> = {}) {
  const { memoryKiB, passes, waitingMax } = { ...defaults, ...costs };
  const options = { memoryCost: memoryKiB, timeCost: passes, parallelism: 1 };
  const parameters = `$argon2id$v=19$m=${memoryKiB},t=${passes},p=1$`;
  const decoy = decoyHash(parameters);
  const stats = { verifications: 0, hashes: 0 };
  const turn = inTurn();
  /** Calls that run or wait. */
  let calls = 0;

  async function run<T>(work: () => Promise<T>): Promise<T> {
    if (calls > waitingMax) throw new AppError('sign_in_busy');
    calls += 1;
    try {
      return await turn(work);
    } finally {
      calls -= 1;
    }
  }

  return {
    /** Runs of Argon2 since the start. */
    stats,
    /** An encoded hash. Throws AppError `sign_in_busy` when too many calls wait. */
    hash: (password: string) =>
      run(async () => {
        stats.hashes += 1;
        return (await argon2()).hash(same(password), options);
      }),
    /** Whether this is the password. Null takes the same time and never matches. Throws like `hash`. */
    verify: (encoded: string | null, password: string) =>
      run(async () => {
        stats.verifications += 1;
        return (await argon2()).verify(encoded ?? decoy, same(password));
      }),
    /** Whether a hash has other cost parameters than new hashes. */
    isOutdated: (encoded: string): boolean => !encoded.startsWith(parameters),
  };
}

/**
 * The normalised password, so that it does not depend on how a keyboard composes characters (NIST SP 800-63B
 * §5.1.1.2).
 */
function same(password: string): string {
  return password.normalize('NFKC');
}

/** A hash without a password that takes as long to verify as any other. */
function decoyHash(parameters: string): string {
  const base64 = (bytes: number) => randomBytes(bytes).toString('base64').replaceAll('=', '');
  return `${parameters}${base64(16)}$${base64(32)}`;
}
