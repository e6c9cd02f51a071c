import type { RenderOutcome } from '../sandbox.ts';
import { PROGRAM_FILE } from './context.ts';
import { messageMax } from './prelude.ts';

export type Limits = { timeoutMs: number; memoryBytes: number; outputBytes: number };

const FRAME = new RegExp(`\\b${PROGRAM_FILE}:(\\d{1,9}):(\\d{1,9})`);

/** The outcome of a script that exceeded a limit, with a message. */
export function exceeded(limit: 'time' | 'memory' | 'output', limits: Limits): RenderOutcome {
  const bounds = {
    time: `It ran longer than ${limits.timeoutMs} ms.`,
    memory: `It needed more than ${limits.memoryBytes} bytes of memory.`,
    output: `It returned more than ${limits.outputBytes} bytes.`,
  };
  return { kind: 'exceeded', limit, message: bounds[limit] };
}

/** The outcome of a script that threw; the place is the first frame of `stack` in the program. */
export function threw(message: string, stack = ''): RenderOutcome {
  const [, line, column] = FRAME.exec(stack) ?? [];
  return {
    kind: 'threw',
    message: message.slice(0, messageMax).toWellFormed(),
    line: line === undefined ? null : Number(line),
    column: column === undefined ? null : Number(column),
  };
}

/** The outcome of a script that crashed the engine. The engine's message names host paths, so it is left out. */
export function crashed(error: unknown): RenderOutcome {
  return threw(
    error instanceof RangeError ? 'InternalError: stack overflow' : 'InternalError: the script engine failed',
  );
}
