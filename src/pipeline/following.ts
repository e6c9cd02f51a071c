import type { Clock } from '../async/clock.ts';
import { repeated } from '../async/repeated.ts';
import { AppError } from '../contract/errors.ts';

/** `problem`: why what is stored can't be read, with the message of the error if asked; null: it can, as far as known. */
export type Following = AsyncDisposable & { problem(withCause: boolean): string | null };

/**
 * Reads every `everyMs` what other nodes have changed of `what`. Two failures in a row are a problem until one succeeds: the node
 * goes on with what it knew before. A storage that does not respond has a problem of its own.
 */
export function following(
  clock: Clock,
  everyMs: number,
  what: string,
  follow: () => Promise<unknown>,
  failed: (error: unknown, doing: string) => void,
): Following {
  let failures = 0;
  let cause: unknown = null;
  const job = async () => {
    await follow();
    failures = 0;
  };
  const rounds = repeated(clock, everyMs, job, (error) => {
    failed(error, `follow ${what}`);
    if (error instanceof AppError && error.code === 'unavailable') return;
    failures += 1;
    cause = error;
  });
  return {
    problem(withCause) {
      if (failures < 2) return null;
      const sentence = `This node can't read ${what}`;
      return withCause && cause instanceof Error ? `${sentence}: ${cause.message}` : `${sentence}.`;
    },
    [Symbol.asyncDispose]: () => rounds[Symbol.asyncDispose](),
  };
}
