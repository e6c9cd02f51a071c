import { createHash } from 'node:crypto';
import type { AttemptKey, SignInAttempts } from '../accounts/accounts.ts';
import { AppError } from '../contract/errors.ts';

export type SignInDelays = ReturnType<typeof signInDelays>;

/** Delays after failed sign-ins. Keys are stored as hashes, since they have e-mail addresses. */
export function signInDelays(attempts: SignInAttempts, now: () => number) {
  const hashesOf = (keys: readonly AttemptKey[]) => keys.map(({ key }) => hashOf(key));
  return {
    /**
     * Counts an attempt. Throws AppError `sign_in_delayed` while one of its keys is delayed; then it does not count.
     */
    async begin(keys: readonly AttemptKey[]): Promise<void> {
      const waitMs = await attempts.begin(
        keys.map(({ key, free }) => ({ key: hashOf(key), free })),
        now(),
      );
      if (waitMs === 0) return;
      const retryAfterSeconds = Math.ceil(waitMs / 1_000);
      throw new AppError('sign_in_delayed', undefined, { extra: { retryAfterSeconds } });
    },

    /** Removes the count of an attempt that succeeded or was not checked. */
    undo: (keys: readonly AttemptKey[]): Promise<void> => attempts.undo(hashesOf(keys), now()),

    /** Removes the failures of keys, after a correct password. */
    forget: (keys: readonly AttemptKey[]): Promise<void> => attempts.forget(hashesOf(keys)),
  };
}

const hashOf = (key: string): string => createHash('sha256').update(key).digest('base64url');
