import fc from 'fast-check';
import { quickjsSandbox } from '../../../src/sandbox/quickjs/quickjs-sandbox.ts';
import type { RenderJob, RenderOutcome } from '../../../src/sandbox/sandbox.ts';
import { checkTemplate, templateTokens } from '../../../src/template/check/check.ts';
import { composeProgram, decodeOutput, NOT_OURS, type RenderOutput } from '../../../src/template/compile/program.ts';
import { anyTemplate } from './template-grammar.ts';

export type TemplateFuzz = {
  templates: number;
  compiled: number;
  /** The outcomes of the renders. */
  outcomes: Record<string, number>;
  threadsReplaced: number;
  /** The duration of the longest batch of a hundred, in milliseconds. */
  slowestBatchMs: number;
  /** Broken guarantees, with their templates. */
  faults: string[];
};

const BATCH = 100;
/** If every render in a batch ran into the watchdog, it would take a fraction of this. */
const HANG_MS = 600_000;

/**
 * Compiles and renders generated templates. Compiling returns problems with places inside of the text and never
 * throws; a template that compiles renders to an outcome in time, and to the same one a second time.
 */
export async function fuzzTemplates({ count, seed }: { count: number; seed: number }): Promise<TemplateFuzz> {
  await using sandbox = await quickjsSandbox({ workers: 2, timeoutMs: 20 });
  const found: TemplateFuzz = {
    templates: 0,
    compiled: 0,
    outcomes: {},
    threadsReplaced: 0,
    slowestBatchMs: 0,
    faults: [],
  };
  for (let batch = 0; found.templates < count; batch++) {
    const numRuns = Math.min(BATCH, count - found.templates);
    const templates = fc.sample(anyTemplate(), { numRuns, seed: seed + batch });
    found.templates += templates.length;
    const compiled = templates.flatMap((template) => compileOrComplain(template, found.faults));
    found.compiled += compiled.length;

    const startedAt = performance.now();
    const jobs = compiled.map(({ job }) => job);
    const [first, second] = await within(
      HANG_MS,
      Promise.all([sandbox.render(jobs), sandbox.render(jobs.slice(0, 10))]),
    );
    found.slowestBatchMs = Math.max(found.slowestBatchMs, Math.round(performance.now() - startedAt));
    for (const [i, { template }] of compiled.entries()) {
      const outcome = first[i];
      if (outcome === undefined) throw new Error('The sandbox gave fewer outcomes than it got jobs.');
      const kind = judge(template, outcome, found.faults);
      found.outcomes[kind] = (found.outcomes[kind] ?? 0) + 1;
      const again = second[i];
      const isSame = again === undefined || endsEarly(outcome) || endsEarly(again) || same(outcome, again);
      if (!isSame) found.faults.push(`Rendered differently the second time: ${JSON.stringify(template)}`);
    }
    if (found.faults.length > 20) break;
  }
  found.threadsReplaced = sandbox.stats.restarts;
  return found;
}

function compileOrComplain(template: string, faults: string[]): { template: string; job: RenderJob }[] {
  try {
    for (const problem of checkTemplate(template)) placed(template, problem.line, problem.column);
    for (const { start, end } of templateTokens(template))
      if (!(start >= 0 && start <= end && end <= template.length)) throw new Error(`a token at ${start}–${end}`);
    const parts = { escape: 'auto', contentType: 'application/json', path: '/', headers: [], mapping: null } as const;
    const composed = composeProgram({ ...parts, headers: [], template });
    if (composed.ok) {
      const input = JSON.stringify({ data: [{ v: 'x', n: 1, list: [1, 2] }], events: [], meta: { time: 'now' } });
      const { source } = composed.program;
      return [{ template, job: { program: { key: source, source }, input, seed: 'seed', nowMs: 0 } }];
    }
    if (composed.problems.length === 0) throw new Error('refused without a problem');
    for (const { line, column } of composed.problems) placed(template, line, column);
  } catch (error) {
    faults.push(`Compiling ${JSON.stringify(template)}: ${error}`);
  }
  return [];
}

/** The outcome of a render, in a word. */
function judge(template: string, outcome: RenderOutcome, faults: string[]): string {
  if (outcome.kind === 'exceeded') return outcome.limit;
  try {
    if (outcome.kind === 'threw') {
      // A template that the engine does not accept should not have compiled.
      if (/wasm|file:|node:|\/home|\/tmp|^SyntaxError/.test(outcome.message))
        throw new Error(`says ${outcome.message}`);
      return 'threw';
    }
    const output = decode(outcome.output);
    if (output === null) return 'not ours';
    if (output.kind === 'failed' && output.line !== null) placed(template, output.line, output.column ?? 0);
    return output.kind;
  } catch (error) {
    faults.push(`Rendering ${JSON.stringify(template)}: ${error}`);
    return 'fault';
  }
}

function decode(text: string): RenderOutput | null {
  try {
    return decodeOutput(text);
  } catch (error) {
    if (error instanceof Error && error.message === NOT_OURS) return null;
    throw error;
  }
}

/** @throws Error for a place outside of the text; one after the last character of a line is inside. */
function placed(text: string, line: number, column: number): void {
  const lines = text.split(/\r\n|\n|\r/);
  const isInside = line >= 1 && line <= lines.length && column >= 1 && column <= (lines[line - 1] ?? '').length + 2;
  if (!isInside) throw new Error(`a place outside: line ${line}, column ${column}`);
}

/** Ended by a limit, which also depends on the machine. */
function endsEarly({ kind }: RenderOutcome): boolean {
  return kind === 'exceeded';
}

function same(one: RenderOutcome, other: RenderOutcome): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`Rendering took more than ${timeoutMs} ms.`)), timeoutMs);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
