import type { Compute } from '../../compute/compute.ts';
import { AppError, type FieldError } from '../../contract/errors.ts';
import type { Composed, PlacedProblem, ProgramInput } from '../../template/compile/program.ts';
import type { ApiParts, Handlers } from '../call/call.ts';

/** Checks and renders templates that are not saved. */
export function templateHandlers(parts: ApiParts) {
  return {
    async checkTemplate({ body }) {
      const problems = await parts.compute.checkTemplate(body());
      return { ok: problems.every((one) => one.severity !== 'error'), problems };
    },
    renderTemplate: ({ body }) => parts.pipeline.preview.render(body()),
  } satisfies Partial<Handlers>;
}

/** A field that does not compile, with the position in its text. */
type TemplateFieldError = FieldError & { line: number; column: number };

/** The programs of these inputs, in order. Throws NotComposed, which `withPrograms` catches, when one is missing. */
export type Programs = (inputs: readonly ProgramInput[]) => Composed[];

/** A program to check. `pointerOf` gives the JSON pointer of a part of it (`template`, `path`, `header X`, …). */
export type Checked = { input: ProgramInput; pointerOf(part: string): string };

/**
 * Throws AppError `invalid_template` unless template, path, header values and mapping expressions all compile. Those of
 * the stored document are not compiled again: a pause must not wait for the thread that compiles, nor fail because of a template.
 */
export function checkPrograms(checked: readonly Checked[], stored: readonly Checked[], programs: Programs): void {
  const known = new Set(stored.map(({ input }) => JSON.stringify(input)));
  const news = checked.filter(({ input }) => !known.has(JSON.stringify(input)));
  for (const [at, composed] of programs(news.map(({ input }) => input)).entries()) {
    const pointerOf = news[at]?.pointerOf;
    if (!composed.ok && pointerOf !== undefined) throw invalidTemplate(composed.problems, pointerOf);
  }
}

/** Programs that a check needs and that are not composed yet. */
export class NotComposed extends Error {
  readonly inputs: readonly ProgramInput[];
  constructor(inputs: readonly ProgramInput[]) {
    super('a program is not composed yet');
    this.inputs = inputs;
  }
}

/**
 * Runs `make`, which checks a document synchronously and requests its programs. Composing a program can take seconds,
 * so missing ones are composed in a thread and `make` runs again.
 */
export async function withPrograms<T>(
  { compose }: Pick<Compute, 'compose'>,
  make: (programs: Programs) => T | Promise<T>,
): Promise<T> {
  const known = new Map<string, Composed>();
  const programs: Programs = (inputs) => {
    const found = inputs.map((input) => known.get(JSON.stringify(input)));
    const missing = inputs.filter((_, at) => found[at] === undefined);
    if (missing.length > 0) throw new NotComposed(missing);
    return found.flatMap((one) => one ?? []);
  };
  for (let runs = 1; ; runs++) {
    try {
      return await make(programs);
    } catch (error) {
      // A concurrent change of the document can require other programs.
      if (!(error instanceof NotComposed)) throw error;
      if (runs === runsMax) throw new AppError('conflict', 'Too many changes at once. Send the request again.');
      const composed = await compose(error.inputs);
      for (const [at, one] of composed.entries()) known.set(JSON.stringify(error.inputs[at]), one);
    }
  }
}

const runsMax = 10;

function invalidTemplate(problems: readonly PlacedProblem[], pointerOf: (part: string) => string): AppError {
  const errors = problems
    .filter((one) => one.severity === 'error')
    .map((one): TemplateFieldError => {
      const { line, column, message } = one;
      return { pointer: pointerOf(one.in), detail: message, code: 'invalid_template', line, column };
    });
  const [first] = errors;
  const words =
    first === undefined ? undefined : `${first.pointer} line ${first.line}, column ${first.column}: ${first.detail}`;
  return new AppError('invalid_template', words, { errors });
}
