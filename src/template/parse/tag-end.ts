import { type Options, Parser, type Token, type TokenType, tokTypes } from 'acorn';
import { TemplateError } from './position.ts';

/** A JavaScript token with offsets in the template, for syntax highlighting and the parser. */
export type ScriptToken = {
  kind: 'keyword' | 'name' | 'string' | 'number' | 'regex' | 'punctuation' | 'comment';
  start: number;
  end: number;
};

/** A bracket of the template: its text, and its offset. */
export type Bracket = { text: string; start: number };

/** Maximum depth of brackets inside one tag: well within the limits of the engines' parsers. */
const bracketDepthMax = 100;

/**
 * The remaining limits of one template; each tag reduces them. They are far more than people write, and parsed in the
 * time of a few requests. Patterns have their own limit because the parser passes each to the host's engine, which takes
 * kilobytes of memory for a few characters such as `\\p{L}`.
 */
export function newBudget() {
  return { tokens: 50_000, patternChars: 8_000 };
}
export type Budget = ReturnType<typeof newBudget>;

/** The language level of templates: the one of the sandbox's engine. */
export const ECMA_VERSION = 2023;

/**
 * Finds the `}}` that ends a tag by reading its content as JavaScript tokens, so that braces, strings, regex
 * literals, template literals and comments in it can contain anything. Reads each character once; stops at the first
 * `}}` outside of the content's own braces. A line comment ends with its line, or at a `}}` that closes nothing
 * within the comment.
 * @param from offset of the first character of the content
 * @param budget the template's remaining limits, reduced by the tokens read
 * @returns the offset of the closing `}}` and the tokens before it; null when the text ends before, with the innermost
 * bracket that is still open
 * @throws TemplateError for JavaScript that has no tokens or exceeds a limit
 */
export function findTagEnd(
  text: string,
  from: number,
  form: 'expression' | 'statements',
  budget = newBudget(),
): { close: number | null; tokens: ScriptToken[]; open: Bracket | undefined } {
  const tokens: ScriptToken[] = [];
  const brackets: Bracket[] = [];
  // A slice is a view in the relevant engines; it hides the text before the tag from the tokenizer.
  const reader = new TagTokenizer(text.slice(from), form, budget, (start, end) => {
    tokens.push({ kind: 'comment', start: from + start, end: from + end });
  });
  for (;;) {
    const token = readToken(reader, from);
    const { label } = token.type;
    const start = from + token.start;
    const end = from + token.end;
    if (token.type === tokTypes.eof) return { close: null, tokens, open: brackets.at(-1) };
    if (label === '}' && reader.braces === 0) {
      if (text[end] === '}') return { close: start, tokens, open: undefined };
      const mistake =
        text[start - 1] === '}'
          ? 'This `}` closes nothing. Perhaps a `}` is missing before the `}}` that should end the tag'
          : 'This `}` closes nothing. A tag ends with `}}`';
      throw new TemplateError(mistake, start);
    }
    if (--budget.tokens < 0) throw new TemplateError('Too much JavaScript for one template', start);
    tokens.push({ kind: kindOf(token.type), start, end });
    if (label === '{' || label === '${') {
      reader.braces++;
      brackets.push({ text: label, start });
    } else if (label === '(' || label === '[') {
      brackets.push({ text: label, start });
    } else if (label === '}') {
      reader.braces--;
      // Brackets left open inside of these braces are reported by the JavaScript parser.
      while (brackets.length > 0 && !brackets.pop()?.text.endsWith('{'));
    } else if (label === ')' || label === ']') {
      if (brackets.at(-1)?.text === (label === ')' ? '(' : '[')) brackets.pop();
    }
    if (brackets.length > bracketDepthMax) throw new TemplateError(TOO_DEEP, start);
  }
}

/** The message for source that nests deeper than the limits of the engines. */
export const TOO_DEEP = 'This is nested too deeply. Split it into several steps';

const TOO_LONG_PATTERNS = 'The regular expressions of this template are too long in total';

function readToken(reader: TagTokenizer, from: number): Token {
  try {
    return reader.getToken();
  } catch (error) {
    throw asTemplateError(error, from);
  }
}

/** Converts acorn's errors to our messages, at an offset of the template. Other errors are thrown again. */
export function asTemplateError(error: unknown, from: number): Error {
  if (error instanceof RangeError) return new TemplateError(TOO_DEEP, from);
  if (!(error instanceof SyntaxError)) return error instanceof Error ? error : new Error(String(error));
  // acorn adds the offset to its SyntaxErrors and the place to their message.
  const offset = 'pos' in error && typeof error.pos === 'number' ? error.pos : 0;
  const message = error.message.replace(/ \(\d+:\d+\)$/, '');
  // For these errors only, acorn reports the place after the opening character.
  if (/^(?:Unterminated|Invalid) regular expression/.test(message))
    return new TemplateError(inWords(message), from + offset - 1);
  // Its guard against deep recursion is reported as a SyntaxError as well.
  if (/too much recursion|stack|not enough stack/i.test(message)) return new TemplateError(TOO_DEEP, from + offset);
  return new TemplateError(inWords(message), from + offset);
}

const WORDS: [RegExp, string][] = [
  [/^Unterminated string constant$/, 'The quoted text that starts here is not closed on its line'],
  [/^Unterminated template$/, 'The text that starts with a backtick is not closed'],
  [/^Unterminated comment$/, 'The comment that starts with `/*` is not closed by `*/`'],
  [/^Unterminated regular expression$/, 'The regular expression that starts here is not closed on its line'],
  [/^Invalid regular expression: (.*)$/, 'Invalid regular expression: $1'],
  [/^Identifier '(.*)' has already been declared$/, 'The name `$1` is declared twice'],
  [/^Cannot use keyword 'await' outside an async function$/, '`await` does not work here: templates are synchronous'],
  [/^'return' outside of function$/, '`return` belongs in `{{! … }}`'],
  [/^Assigning to rvalue$/, 'A value can only be assigned to a name or a member'],
  [/^Unexpected character '(.*)'$/, 'The character `$1` does not belong here'],
  [/^'import' and 'export' may.*$/, '`import` and `export` are not available in templates'],
  [/^Parenthesized pattern$/, 'Names belong here, without brackets around each'],
  [/^Unexpected token$/, 'This does not belong here'],
  [/^'(with)' in strict mode$/, '`$1` is not available in templates'],
  [/^The keyword '(.*)' is reserved$/, "`$1` is a reserved word and can't be a name"],
  [/^Unexpected keyword '(.*)'$/, '`$1` does not belong here'],
];

function inWords(message: string): string {
  for (const [pattern, words] of WORDS) if (pattern.test(message)) return message.replace(pattern, words);
  return message;
}

function kindOf(type: TokenType): ScriptToken['kind'] {
  if (type.keyword !== undefined) return 'keyword';
  if (type === tokTypes.name || type === tokTypes.privateId) return 'name';
  if (type === tokTypes.string || type === tokTypes.template || type === tokTypes.invalidTemplate) return 'string';
  if (type === tokTypes.backQuote) return 'string';
  if (type === tokTypes.num) return 'number';
  return type === tokTypes.regexp ? 'regex' : 'punctuation';
}

/** The parts of acorn's tokenizer that its declarations leave out and that the class below needs. */
type Internals = {
  pos: number;
  input: string;
  type: TokenType;
  getToken(): Token;
  raise(offset: number, message: string): never;
  readRegexp(): void;
};

// acorn declares the constructor as protected and none of the tokenizer's state: this type declares them.
const Base = Parser as unknown as new (options: Options, input: string) => Internals;

class TagTokenizer extends Base {
  /** The number of open braces of the content, maintained by the caller. */
  braces = 0;
  readonly #budget: Budget;
  readonly #onComment: (start: number, end: number) => void;

  constructor(
    input: string,
    form: 'expression' | 'statements',
    budget: Budget,
    onComment: (start: number, end: number) => void,
  ) {
    super(
      {
        ecmaVersion: ECMA_VERSION,
        allowHashBang: false,
        onComment: (isBlock, _text, start, end) => isBlock && onComment(start, end),
      },
      input,
    );
    this.#budget = budget;
    this.#onComment = onComment;
    // As after a `(`, so that a leading `{` is an object.
    if (form === 'expression') this.type = tokTypes.parenL;
  }

  /**
   * Called by acorn for errors that it could ignore. A number may be followed directly by the `_` of a tag's `_}}`.
   */
  raiseRecoverable(offset: number, message: string): void {
    const isMark = message.startsWith('Numeric separator') && this.input.startsWith('}}', this.pos);
    if (!isMark) this.raise(offset, message);
  }

  /** Called by acorn after the `/` that opens a pattern. */
  override readRegexp(): void {
    const start = this.pos;
    let isInClass = false;
    for (let at = start; at < this.input.length; at++) {
      const char = this.input[at];
      if (char === '\n' || (char === '/' && !isInClass)) break;
      if (char === '\\') at++;
      else if (char === '[') isInClass = true;
      else if (char === ']') isInClass = false;
      if (at - start >= this.#budget.patternChars) this.raise(start, TOO_LONG_PATTERNS);
    }
    super.readRegexp();
    this.#budget.patternChars -= this.pos - start;
  }

  /** Called by acorn at `//` and the HTML-like comments. Never reads past a `}}` that ends the tag: linear time. */
  skipLineComment(markLength: number): void {
    const start = this.pos;
    let inner = 0;
    let at = start + markLength;
    for (; at < this.input.length; at++) {
      const char = this.input.charCodeAt(at);
      if (char === 10 || char === 13 || char === 0x2028 || char === 0x2029) break;
      if (char === 123) inner++;
      else if (char === 125 && inner > 0) inner--;
      else if (char === 125 && this.braces === 0 && this.input.charCodeAt(at + 1) === 125) break;
    }
    this.pos = at;
    this.#onComment(start, at);
  }
}
