import { type Node, type Options, Parser } from 'acorn';
import { type Locate, TemplateError } from './position.ts';
import { asTemplateError, type Bracket, ECMA_VERSION, type ScriptToken, TOO_DEEP } from './tag-end.ts';
import { astDepth } from './walk.ts';

/** JavaScript inside of a template: its place, and the tokens from the scanner. */
export type Script = { text: string; start: number; end: number; tokens: ScriptToken[]; locate: Locate };

/**
 * Parsed JavaScript: the place of its script in the template, and its tree, whose offsets count from `base` in the
 * template.
 */
export type Code = { start: number; end: number; node: Node; base: number };

/** Deeper trees might parse here and overflow the stack of the sandbox's parser. */
const treeDepthMax = 200;

const OPTIONS: Options = {
  ecmaVersion: ECMA_VERSION,
  sourceType: 'script',
  strict: true,
  allowHashBang: false,
  allowReturnOutsideFunction: true,
  preserveParens: true,
};

/** acorn searches all names of a scope at each declaration: the square of this number is still fast. */
const namesMax = 2_000;

/** The parts of acorn's parser that its declarations leave out and that the limit needs. */
type Internals = {
  declareName(name: string, kind: number, offset: number): void;
  raise(offset: number, message: string): never;
};

const BoundedParser = Parser.extend((Base) => {
  // acorn declares neither of these methods; otherwise the class is a Parser.
  const Open = Base as unknown as new (...args: unknown[]) => Internals;
  class Bounded extends Open {
    #names = 0;
    override declareName(name: string, kind: number, offset: number): void {
      if (++this.#names > namesMax) this.raise(offset, 'Too many names for one template');
      super.declareName(name, kind, offset);
    }
  }
  return Bounded as unknown as typeof Parser; // the same constructor and static methods
});

/**
 * Parses the statements of a `{{! }}` tag separately, so that source that would close the function around it is
 * refused. @throws TemplateError, naming a bracket that is still open
 */
export function parseStatements(script: Script): Code {
  return guarded(script, (source) => BoundedParser.parse(source, OPTIONS));
}

/** Parses one expression, which may be followed by a semicolon. @throws TemplateError */
export function parseExpression(script: Script): Code {
  return guarded(script, (source) => {
    const node = BoundedParser.parseExpressionAt(source, 0, { ...OPTIONS, allowReturnOutsideFunction: false });
    const rest = script.tokens.filter((token) => token.kind !== 'comment' && token.start >= script.start + node.end);
    const next = rest[0];
    if (next !== undefined && !(rest.length === 1 && tokenText(script, next) === ';')) {
      throw new TemplateError(
        `\`${tokenText(script, next)}\` does not belong here: a tag inserts one value`,
        next.start,
      );
    }
    if (node.type === 'SequenceExpression') {
      throw new TemplateError('One value belongs here, not several with commas between', script.start + node.start);
    }
    return node;
  });
}

/** Parses the arguments between the brackets of a call. @throws TemplateError */
export function parseArguments(script: Script): Code {
  return guarded(
    script,
    (source) => {
      const { body } = BoundedParser.parse(`String(${source}\n)`, OPTIONS);
      const [only] = body;
      const call = body.length === 1 && only?.type === 'ExpressionStatement' ? only.expression : null;
      // `1); g(2` and `1).g(2` are not arguments.
      if (call?.type === 'CallExpression' && call.callee.type === 'Identifier') return call;
      throw new TemplateError('These are not arguments of a filter', script.start);
    },
    'String('.length,
  );
}

/** Parses a list of parameters, with or without brackets around it. @throws TemplateError */
export function parseParameters(script: Script): Code {
  const arrow = (before: string, after: string) =>
    guarded(
      script,
      (source) => {
        const node = BoundedParser.parseExpressionAt(before + source + after, 0, OPTIONS);
        const isWhole = node.end === before.length + source.length + after.length;
        // `a) { … } (b` would close the brackets around it.
        if (node.type === 'ArrowFunctionExpression' && isWhole) return node;
        throw new TemplateError('Names belong here, as in `=> item, index`', script.start);
      },
      before.length,
    );
  try {
    return arrow('(', '\n)=>0');
  } catch (error) {
    try {
      return arrow('', '=>0');
    } catch {
      throw error;
    }
  }
}

/** Parses generated code as a whole, to find conflicts between tags. Throws acorn's SyntaxError. */
export function parseProgram(code: string): Node {
  return BoundedParser.parse(code, OPTIONS);
}

/** `shift` is the number of characters that the parsed source begins before the script. */
function guarded(script: Script, parseSource: (source: string) => Node, shift = 0): Code {
  try {
    const node = parseSource(script.text.slice(script.start, script.end));
    // Each level takes at least one character.
    const mayBeDeep = script.end - script.start > treeDepthMax;
    if (mayBeDeep && astDepth(node, treeDepthMax) > treeDepthMax) throw new TemplateError(TOO_DEEP, script.start);
    return { start: script.start, end: script.end, node, base: script.start - shift };
  } catch (error) {
    if (error instanceof TemplateError && error.message === TOO_DEEP) throw error;
    const known =
      error instanceof TemplateError ? error : atToken(script, asTemplateError(error, script.start - shift));
    throw bracketError(script, known instanceof TemplateError ? known.offset : script.end) ?? known;
  }
}

/** acorn's error, naming the token at which parsing failed. */
function atToken(script: Script, known: Error): Error {
  if (!(known instanceof TemplateError) || known.message !== 'This does not belong here') return known;
  const token = script.tokens.find(({ start }) => start === known.offset);
  if (token !== undefined)
    return new TemplateError(`\`${tokenText(script, token)}\` does not belong here`, known.offset);
  return known.offset < script.end ? known : new TemplateError('Something is missing before this place', script.end);
}

const CLOSERS: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

/** The mismatched bracket, if that is the cause; `noticed` is where parsing failed. */
function bracketError(script: Script, noticed: number): TemplateError | null {
  const open: Bracket[] = [];
  const stillOpen = (bracket: Bracket, at: number) =>
    new TemplateError(`\`${bracket.text}\` from line ${script.locate(bracket.start).line} is still open`, at);
  for (const token of script.tokens) {
    const text = tokenText(script, token);
    if (token.kind !== 'punctuation') continue;
    if (text === '(' || text === '[' || text === '{' || text === '${') open.push({ text, start: token.start });
    const opener = CLOSERS[text];
    if (opener === undefined) continue;
    const last = open.pop();
    if (last === undefined) return new TemplateError(`This \`${text}\` closes nothing`, token.start);
    if (!last.text.endsWith(opener)) return stillOpen(last, token.start);
  }
  const last = open.at(-1);
  return last === undefined ? null : stillOpen(last, noticed > last.start ? noticed : script.end);
}

function tokenText(script: Script, token: ScriptToken): string {
  return script.text.slice(token.start, Math.min(token.end, token.start + 40));
}
