import type { OperationName, Operations } from './operations.ts';

/**
 * Compiles templates and tests conditions without blocking the caller's thread: the calls of `operations`. Every call
 * rejects with AppError `too_complex` when it exceeds the time limit of a call, and with `unavailable` when too many
 * calls are waiting.
 */
export type Compute = AsyncDisposable & {
  [Name in OperationName]: (argument: Parameters<Operations[Name]>[0]) => Promise<ReturnType<Operations[Name]>>;
};
