import { AppError, type FieldError } from '../../contract/errors.ts';
import { composeProgram, type PlacedProblem, type ProgramInput } from '../../template/compile/program.ts';

/** A field that does not compile, with the place in its text. */
type TemplateFieldError = FieldError & { line: number; column: number };

/**
 * Throws AppError `invalid_template` unless template, path, header values and mapping expressions compile; `pointerOf`
 * says where the part of that name (`template`, `path`, `header X`, `mapping field Y`) stands in the body.
 */
export function checkProgram(input: ProgramInput, pointerOf: (part: string) => string): void {
  const composed = composeProgram(input);
  if (composed.ok) return;
  throw invalidTemplate(composed.problems, pointerOf);
}

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
