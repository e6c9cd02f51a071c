import type { FieldError, Problem } from './generated/types.gen.ts';

/** An error response (RFC 9457). `code` tells errors apart; docs/errors.md of the server explains each. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly code: Problem['code'] | 'unknown';
  /** The invalid fields, each with its JSON Pointer. */
  readonly errors: readonly FieldError[];
  /** Finds the request in the server's log. */
  readonly requestId: string | null;

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? `The server responded ${status}.`);
    this.status = status;
    this.code = problem.code ?? 'unknown';
    this.errors = problem.errors ?? [];
    this.requestId = problem.requestId ?? null;
  }
}

/** The error of a response; without one, the error of the connection. */
export function problemOf(error: unknown, response: Response | undefined): unknown {
  if (response === undefined || response.ok) return error;
  return new ProblemError(response.status, typeof error === 'object' && error !== null ? error : {});
}
