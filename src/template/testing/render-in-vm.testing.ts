import vm from 'node:vm';
import { composeProgram, decodeOutput, type ProgramInput, type RenderOutput } from '../compile/program.ts';

/**
 * Composes a program (defaults: JSON, mode `auto`, no mapping) and renders one input, in a new realm unless one is
 * given: creating one takes most of the time.
 */
export function renderInVm(
  template: string,
  input: { data?: unknown; events?: unknown; meta?: unknown } = {},
  parts: Partial<ProgramInput> = {},
  realm = vm.createContext({}),
): RenderOutput {
  return decodeOutput(rawRender(template, input, parts, realm));
}

/** Like `renderInVm`, in the program's output format. */
export function rawRender(
  template: string,
  input: object,
  parts: Partial<ProgramInput> = {},
  realm = vm.createContext({}),
): string {
  const composed = composeProgram({
    template,
    escape: 'auto',
    contentType: 'application/json',
    path: '/',
    headers: [],
    mapping: null,
    ...parts,
  });
  if (!composed.ok)
    throw new Error(composed.problems.map((one) => `${one.in} ${one.line}:${one.column} ${one.message}`).join('\n'));
  vm.runInContext(composed.program.source, realm, { filename: 'program.js' });
  const render: unknown = vm.runInContext('__render', realm);
  if (typeof render !== 'function') throw new Error('the program sets no __render');
  return String(render(JSON.stringify({ data: [{}], meta: {}, ...input })));
}

/** The body of a render; fails the test without one. */
export function bodyOf(template: string, data: unknown[] = [{}], parts: Partial<ProgramInput> = {}): string {
  const output = renderInVm(template, { data }, parts);
  if (output.kind !== 'body') throw new Error(JSON.stringify(output));
  return output.body;
}
