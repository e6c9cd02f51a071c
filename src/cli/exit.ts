/** How a command can end; docs/commands.md lists them for scripts. */
export const exitCodes = {
  ok: 0,
  /** What was asked for went wrong. */
  failed: 1,
  /** Wrong command line or configuration: nothing was tried. */
  usage: 2,
  /** The server said no: unknown, invalid, in use, not allowed. */
  refused: 3,
  /** No server answers at the address. */
  unreachable: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends the command with one line (or a few) on stderr and this exit code. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
