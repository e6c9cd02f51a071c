/** The exit codes of commands; docs/commands.md lists them for scripts. */
export const exitCodes = {
  ok: 0,
  /** The operation failed. */
  failed: 1,
  /** Wrong command line or configuration; nothing was attempted. */
  usage: 2,
  /** The server refused: unknown, invalid, in use, not allowed. */
  refused: 3,
  /** No server responds at the URL. */
  unreachable: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends the command with this exit code, and its message (one line or a few) on stderr. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
