import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Node, parse } from 'acorn';

/** The files of `src/` that functions of this thread were entered in, in order. */
export type Trace = {
  /** Begins to record, and forgets what was recorded. */
  start(): void;
  /** The files until now, paths below the checkout; a file is listed again when another one was entered in between. */
  files(): string[];
};

const root = new URL('../../', import.meta.url).href;

/**
 * Records in which order functions are entered, by code at the beginning of each. Modules that were loaded before are not
 * seen: load the program after this.
 */
export function traceFiles(): Trace {
  const files: string[] = [];
  let entered: number[] = [];
  let isOn = false;
  Object.assign(globalThis, {
    enteredFile(file: number) {
      if (isOn && entered.at(-1) !== file) entered.push(file);
    },
  });
  registerHooks({
    load(url, context, next) {
      if (!url.startsWith(`${root}src/`) || !url.endsWith('.ts')) return next(url, context);
      const code = stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'));
      files.push(url.slice(root.length));
      return { format: 'module', source: marked(code, files.length - 1), shortCircuit: true };
    },
  });
  return {
    start() {
      entered = [];
      isOn = true;
    },
    files: () => entered.map((file) => files[file] ?? ''),
  };
}

/** The code with a call at the beginning of each function. */
function marked(code: string, file: number): string {
  const call = `enteredFile(${file})`;
  const marks: { at: number; text: string }[] = [];
  walk(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }), (node) => {
    if (!isFunction(node)) return;
    const { body } = node;
    if (body.type === 'BlockStatement') marks.push({ at: body.start + 1, text: `${call};` });
    else marks.push({ at: body.start, text: `(${call}, ` }, { at: body.end, text: ')' });
  });
  marks.sort((a, b) => a.at - b.at);
  let at = 0;
  const parts = marks.map((mark) => {
    const part = code.slice(at, mark.at) + mark.text;
    at = mark.at;
    return part;
  });
  return parts.join('') + code.slice(at);
}

type FunctionNode = Node & { body: Node };

const isFunction = (node: Node): node is FunctionNode => /Function/.test(node.type) && 'body' in node;

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const value of Object.values(node).flat())
    if (typeof value === 'object' && value !== null && 'type' in value) walk(value, visit);
}
