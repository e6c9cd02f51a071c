import type { Escape } from '../compile/escape.ts';
import type { Code } from '../parse/javascript.ts';
import { visitCode } from '../parse/parser.ts';
import type { Finding, TemplateNode } from '../parse/tag-script.ts';
import { type AnyNode, isNode, nameOf, walk } from '../parse/walk.ts';
import { FUNCTIONS } from './reference.ts';
import type { Traits } from './traits.ts';

/** The findings in a template that parses: refused JavaScript, and probable mistakes. */
export function findingsOf(nodes: TemplateNode[], traits: Traits, mode: Escape | 'path'): Finding[] {
  const undeclaredNames = undeclared(traits).map(([name, offset]): Finding => {
    return { offset, message: `\`${name}\` is never declared: write \`let ${name} = …\``, severity: 'warning' };
  });
  const inCode: Finding[][] = [];
  visitCode(nodes, (code) => inCode.push(findingsInCode(code, traits)));
  return [undeclaredNames, unknownNames(traits), mode === 'json' ? doubleEscapes(nodes) : [], ...inCode].flat();
}

/** The findings in one script. */
export function findingsInCode(code: Code, { declared }: Traits): Finding[] {
  const findings: Finding[] = [];
  const inClass = new Set<AnyNode>();
  walk(code.node, (node, parent) => {
    const offset = code.base + node.start;
    const refused = REFUSED[node.type];
    if (refused !== undefined) findings.push({ offset, message: refused, severity: 'error' });
    if (isInitialiser(node, parent) || (parent !== null && inClass.has(parent) && !HAS_ARGUMENTS.has(node.type)))
      inClass.add(node);
    if (inClass.has(node) && isArguments(node, parent))
      findings.push({ offset, message: "`arguments` can't be used in a class like this", severity: 'error' });
    const target = node.type === 'AssignmentExpression' ? node['left'] : null;
    if (isInputMember(target) && !declared.has('it')) {
      const message = '`it` is read-only. Copy first: `const record = { ...it.data[0] };`';
      findings.push({ offset, message, severity: 'warning' });
    }
  });
  return findings;
}

/** Functions with their own `arguments`. */
const HAS_ARGUMENTS = new Set(['FunctionExpression', 'FunctionDeclaration']);

/**
 * Class code that runs when the class is defined. The parser accepts `arguments` in an arrow function there; the
 * engine does not.
 */
function isInitialiser(node: AnyNode, parent: AnyNode | null): boolean {
  return node.type === 'StaticBlock' || (parent?.type === 'PropertyDefinition' && parent['value'] === node);
}

function isArguments(node: AnyNode, parent: AnyNode | null): boolean {
  if (nameOf(node) !== 'arguments') return false;
  const isKey = parent?.['property'] === node || parent?.['key'] === node;
  return !isKey || parent?.['computed'] === true || parent?.['shorthand'] === true;
}

/** Names that are assigned but never declared: the generated code declares them, since it is strict code. */
export function undeclared({ assigned, declared }: Traits): [name: string, offset: number][] {
  return [...assigned].filter(([name]) => !declared.has(name) && !FUNCTIONS.has(name) && name !== 'it');
}

// The globals of the sandbox's realm that are useful in templates.
const GLOBALS = new Set(
  (
    'it undefined NaN Infinity globalThis Object Array String Number Boolean BigInt Symbol Math JSON Date RegExp Map Set ' +
    'WeakMap WeakSet WeakRef Error TypeError RangeError SyntaxError ReferenceError EvalError URIError AggregateError ' +
    'Promise Proxy Reflect Function Iterator ArrayBuffer DataView Uint8Array Int8Array Uint16Array Int16Array Uint32Array ' +
    'Int32Array Float32Array Float64Array BigInt64Array BigUint64Array Uint8ClampedArray parseInt parseFloat isNaN isFinite ' +
    'encodeURIComponent decodeURIComponent encodeURI decodeURI escape unescape arguments eval'
  ).split(' '),
);
const UNAVAILABLE: Record<string, string> = {
  Intl: '`Intl` is not available in templates: use the filters `date` and `number`',
  Buffer: '`Buffer` is not available in templates: there is `base64(text)`',
  btoa: '`btoa` is not available in templates: there is `base64(text)`',
  crypto: '`crypto` is not available in templates: there are `sha256(text)`, `hmac(key, text)` and `uuid()`',
};
const OF_HOSTS =
  /^(?:fetch|console|process|require|module|window|document|self|setTimeout|setInterval|queueMicrotask|URL|URLSearchParams|TextEncoder|structuredClone|XMLHttpRequest)$/;

function unknownNames({ names, declared, assigned }: Traits): Finding[] {
  return [...names].flatMap(([name, offset]): Finding[] => {
    if (GLOBALS.has(name) || FUNCTIONS.has(name) || declared.has(name) || assigned.has(name)) return [];
    const known = Object.hasOwn(UNAVAILABLE, name) ? UNAVAILABLE[name] : undefined;
    const advice = OF_HOSTS.test(name)
      ? `\`${name}\` is not available in templates`
      : `\`${name}\` is not known here. To read it from the record, write \`it.data[0].${name}\``;
    return [{ offset, message: known ?? advice, severity: 'warning' }];
  });
}

function doubleEscapes(nodes: TemplateNode[]): Finding[] {
  let before = '';
  return nodes.flatMap((node): Finding[] => {
    const isInQuotes = before.endsWith('"');
    before = node.kind === 'text' ? node.value : '';
    if (node.kind !== 'value' || node.isRaw || isInQuotes || node.filters.at(-1)?.name !== 'json') return [];
    const message = 'JSON is escaped once more here: write `{{* … | json }}` to insert it unescaped';
    return [{ offset: node.start, message, severity: 'warning' }];
  });
}

const REFUSED: Record<string, string> = {
  ImportExpression: '`import` is not available in templates',
  AwaitExpression: '`await` does not work here: templates are synchronous',
};

/** Whether the assignment target is a member of `it.data…`. */
function isInputMember(target: unknown): boolean {
  let at = target;
  while (isNode(at) && at.type === 'MemberExpression') at = at['object'];
  return at !== target && nameOf(at) === 'it';
}
