import type { Compute } from '../../compute/compute.ts';
import { AppError, type FieldError } from '../../contract/errors.ts';
import type { PlacedProblem, ProgramInput } from '../../template/compile/program.ts';
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

/**
 * Why these inputs do not compile, in order; null: they do. Throws NotComposed, which `withPrograms` catches, when that of
 * one is unknown.
 */
export type Programs = (inputs: readonly ProgramInput[]) => (PlacedProblem[] | null)[];

/** A program to check. `pointerOf` gives the JSON pointer of a part of it (`template`, `path`, `header X`, …). */
export type Checked = { input: ProgramInput; pointerOf(part: string): string };

/**
 * Throws AppError `invalid_template` unless template, path, header values and mapping expressions all compile. Those of
 * the stored document are not compiled again: a pause must not wait for the thread that compiles, nor fail because of a template.
 */
export function checkPrograms(checked: readonly Checked[], stored: readonly Checked[], programs: Programs): void {
  const known = new Set(stored.map(({ input }) => JSON.stringify(input)));
  const news = checked.filter(({ input }) => !known.has(JSON.stringify(input)));
  for (const [at, problems] of programs(news.map(({ input }) => input)).entries()) {
    const pointerOf = news[at]?.pointerOf;
    if (problems !== null && pointerOf !== undefined) throw invalidTemplate(problems, pointerOf);
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
 * Runs `make`, which checks documents and requests their programs. Composing a program can take seconds, so missing ones
 * are composed in a thread, a few at a time, and `make` runs again. `composed` is called with their number.
 */
export async function withPrograms<T>(
  { programProblems }: Pick<Compute, 'programProblems'>,
  make: (programs: Programs) => T | Promise<T>,
  composed: (programs: number) => void = () => {},
): Promise<T> {
  const known = new Map<string, PlacedProblem[] | null>();
  const programs: Programs = (inputs) => {
    const found = inputs.map((input) => known.get(JSON.stringify(input)));
    const missing = inputs.filter((_, at) => found[at] === undefined);
    if (missing.length > 0) throw new NotComposed(missing);
    return found.map((one) => one ?? null);
  };
  for (let runs = 1; ; runs++) {
    try {
      return await make(programs);
    } catch (error) {
      // A concurrent change of the document can require other programs.
      if (!(error instanceof NotComposed)) throw error;
      if (runs === runsMax) throw new AppError('conflict', 'Too many changes at once. Send the request again.');
      composed(0);
      for (const group of groupsOf(error.inputs)) {
        const problems = await programProblems(group.inputs);
        for (const [at, key] of group.keys.entries()) known.set(key, problems[at] ?? null);
        composed(known.size);
      }
    }
  }
}

/** The inputs of one call, whose time is limited. */
const groupMax = { inputs: 20, characters: 65_536 };

function* groupsOf(inputs: readonly ProgramInput[]): Generator<{ keys: string[]; inputs: ProgramInput[] }> {
  const seen = new Set<string>();
  let group: { keys: string[]; inputs: ProgramInput[] } = { keys: [], inputs: [] };
  let characters = 0;
  for (const input of inputs) {
    const key = JSON.stringify(input);
    if (seen.has(key)) continue;
    seen.add(key);
    const isFull = group.keys.length === groupMax.inputs || characters + key.length > groupMax.characters;
    if (isFull && group.keys.length > 0) {
      yield group;
      group = { keys: [], inputs: [] };
      characters = 0;
    }
    group.keys.push(key);
    group.inputs.push(input);
    characters += key.length;
  }
  yield group;
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
