import type { Compute } from '../../compute/compute.ts';
import { AppError } from '../../contract/errors.ts';
import type { Program, ProgramInput } from '../../template/compile/program.ts';
import type { FailedRendering } from './rendered-output.ts';

type Compiled = { kind: 'program'; program: Program } | FailedRendering;

export async function composeOne({ compose }: Pick<Compute, 'compose'>, input: ProgramInput): Promise<Compiled> {
  const failed = (reason: string) => ({ kind: 'failed' as const, reason, line: null, column: null });
  const [composed] = await compose([input]);
  if (composed?.ok === true) return { kind: 'program', program: composed.program };
  const [first] = composed?.problems ?? [];
  return first === undefined
    ? failed('does not compile')
    : { ...failed(first.message), line: first.line, column: first.column };
}

/**
 * Keeps the program that the first call makes, but not a rejection. `too_complex` is kept for a minute, so that the
 * deliveries of a destination, or the parts of a batch, do not use 5 s of the compute thread each. It may be due to a
 * stalled machine, so it is an internal error, after which a delivery is retried by its schedule. `now`: monotonic
 * milliseconds.
 */
export function keptProgram(now = () => performance.now()): (make: () => Promise<Compiled>) => Promise<Compiled> {
  let kept: Promise<Compiled> | null = null;
  let keptUntil = 0;
  return (make) => {
    if (kept !== null && now() < keptUntil) return kept;
    kept = make();
    keptUntil = Number.POSITIVE_INFINITY;
    kept.catch((error) => {
      keptUntil = error instanceof AppError && error.code === 'too_complex' ? now() + 60_000 : 0;
    });
    return kept;
  };
}
