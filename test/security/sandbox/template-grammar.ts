import fc from 'fast-check';

/**
 * Templates from the grammar of the language and of JavaScript inside it, most of which compile, and text that was
 * cut, doubled or split, most of which does not.
 */
export function anyTemplate(): fc.Arbitrary<string> {
  const whole = fc.array(grammar.node, { minLength: 1, maxLength: 5 }).map((nodes) => nodes.join(''));
  const torn = fc.tuple(whole, fc.array(tear, { minLength: 1, maxLength: 4 })).map(([text, tears]) => {
    return tears.reduce((before, change) => change(before), text);
  });
  return fc.oneof({ weight: 3, arbitrary: whole }, { weight: 2, arbitrary: torn });
}

const NAMES = [
  'a',
  'b',
  'x',
  'it',
  'skip',
  'fail',
  'Object',
  'Array',
  'JSON',
  'globalThis',
  'arguments',
  '$$o',
  'sha256',
];
const name = fc.constantFrom(...NAMES);
const literal = fc.oneof(
  fc.constantFrom(
    '0',
    '-1',
    '1e21',
    '0x1f',
    '9007199254740993n',
    'NaN',
    'null',
    'undefined',
    'true',
    "''",
    '"}}"',
    "'{{'",
  ),
  fc.constantFrom(
    '/a|b/g',
    '/}}/',
    '/[/\\]]+/u',
    '/(?<n>x)\\k<n>/',
    '/^(a+)+$/',
    '`t`',
    '"\\u2028"',
    '"\\0"',
    '"\\ud800"',
    '2**53',
  ),
  fc.string({ maxLength: 8 }).map((text) => JSON.stringify(text)),
);
const input = fc.constantFrom(
  'it.data',
  'it.data[0]',
  'it.data[0].v',
  'it.events',
  'it.meta.time',
  'it.data.length',
  'it',
);
const operator = fc.constantFrom(
  '+',
  '-',
  '*',
  '%',
  '**',
  '??',
  '||',
  '&&',
  '===',
  '<',
  'in',
  'instanceof',
  '>>>',
  '|',
  ',',
);
const method = fc.constantFrom(
  'map',
  'filter',
  'join',
  'at',
  'toString',
  'constructor',
  'repeat',
  'padEnd',
  'call',
  'then',
  'flat',
);
const filter = fc.constantFrom(
  ...[
    'json',
    'upper',
    'lower',
    'trim',
    "default('x')",
    'url',
    'base64',
    'sha256',
    'md5',
    "hmac('k')",
    'date',
    'number(2)',
  ],
  ...["date('yyyy')", 'safe', 'nothing', 'default(a, b)', 'number({})'],
);
const mark = fc.constantFrom('', '', '', '_', '-');
const space = fc.constantFrom(' ', ' ', '\n', '', ' /* c */ ', ' // c\n');

type Grammar = { expression: string; statement: string; node: string };

const grammar = fc.letrec<Grammar>((tie) => {
  const e = tie('expression');
  const s = tie('statement');
  const nodes = fc.array(tie('node'), { maxLength: 2 }).map((list) => list.join(''));
  const body = fc.array(s, { maxLength: 2 }).map((list) => list.join(' '));
  const joined = (...parts: (string | fc.Arbitrary<string>)[]) =>
    fc.tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part))).map((all) => all.join(''));
  return {
    expression: fc.oneof(
      { maxDepth: 4, withCrossShrink: false },
      { weight: 4, arbitrary: fc.oneof(literal, name, input, input) },
      joined(e, ' ', operator, ' ', e),
      joined('(', e, ')'),
      joined('[', e, ', ...[', e, ']]'),
      joined('({ a: ', e, ', [', e, ']: 1, get b() { return ', e, ' } })'),
      joined(e, ' ? ', e, ' : ', e),
      joined(fc.constantFrom('!', '-', 'typeof ', 'void ', 'delete ', 'new ', '...', '++'), e),
      joined('(', e, ').', method, '(', e, ')'),
      joined('(', e, ')?.[', e, ']'),
      joined('((', name, ') => ', e, ')(', e, ')'),
      joined('(function* () { yield ', e, ' })().next().value'),
      joined('(function () { ', body, ' })()'),
      joined('(class { static ', name, ' = ', e, ' })'),
      joined('`a${', e, '}b`'),
      joined(name, fc.constantFrom(' = ', ' += ', ' ??= '), e),
      joined('JSON.stringify(', e, ')'),
      joined(
        fc.constantFrom('eval', 'Function', 'skip', 'fail', 'sha256', 'uuid', 'Promise.resolve', 'Symbol', 'BigInt'),
        '(',
        e,
        ')',
      ),
      joined('new Proxy({}, { get: () => ', e, ' })'),
    ),
    statement: fc.oneof(
      { maxDepth: 3, withCrossShrink: false },
      { weight: 3, arbitrary: joined(e, ';') },
      joined(fc.constantFrom('let ', 'const ', 'var '), name, ' = ', e, ';'),
      joined('const { ', name, ', ...rest } = ', e, ';'),
      joined('return ', e, ';'),
      joined('if (', e, ') { ', body, ' } else ', s),
      joined('for (let i = 0; i < 3; i++) { ', body, ' }'),
      joined('for (const ', name, fc.constantFrom(' of ', ' in '), e, ') { ', body, ' }'),
      joined('while (', e, ') { ', body, ' }'),
      joined('try { ', body, ' } catch (', name, ') { ', body, ' } finally { ', body, ' }'),
      joined('throw ', e, ';'),
      joined('switch (', e, ') { case ', e, ': ', body, ' default: break }'),
      joined('function ', name, '(a, b = ', e, ') { ', body, ' }'),
      joined('class ', name, ' extends ', e, ' { #p = 1; static { ', body, ' } }'),
      joined('l: { ', body, ' break l; }'),
      joined('globalThis.', name, ' = ', e, ';'),
      joined('Object.prototype.', method, ' = ', e, ';'),
      joined('/* }} */ // }}\n'),
      joined('/* ', e, ' */'),
    ),
    node: fc.oneof(
      { maxDepth: 3, withCrossShrink: false },
      {
        weight: 2,
        arbitrary: fc.constantFrom('text', '\n', '\r\n', '"', '{', '}', '<b>', '\u2028', '\0', '\ud800', '{ {', 'é'),
      },
      { weight: 3, arbitrary: joined('{{', mark, space, e, space, mark, '}}') },
      joined('{{*', space, e, ' }}'),
      joined('{{ ', e, ' | ', filter, ' | ', filter, ' }}'),
      { weight: 3, arbitrary: joined('{{!', space, body, space, '}}') },
      joined('{{@if(', e, ')}}', nodes, '{{#elif(', e, ')}}', nodes, '{{#else}}', nodes, '{{/if}}'),
      joined('{{@each(', e, ') => x, i}}', nodes, '{{ x }}{{/each}}'),
      joined('{{@foreach(', e, ') => key, value}}', nodes, '{{/foreach}}'),
    ),
  };
});

const PIECES = [
  '{{',
  '}}',
  '{{!',
  '{{/if}}',
  '{{@each(',
  '(',
  ')',
  '{',
  '}',
  '[',
  "'",
  '"',
  '`',
  '${',
  '/',
  '//',
  '/*',
  '*/',
];
const MORE = [
  '<!--',
  '-->',
  '\\',
  '\n',
  '\u2028',
  '\0',
  '\ud800',
  ';',
  '=>',
  '|',
  '#',
  '@',
  '...',
  'await ',
  'yield ',
  'return ',
];

/** A change of text at a place given as a fraction of its length. */
const tear = fc
  .tuple(
    fc.constantFrom('cut', 'double', 'insert', 'move'),
    fc.nat(999),
    fc.nat(40),
    fc.constantFrom(...PIECES, ...MORE),
  )
  .map(([kind, share, length, piece]) => (text: string): string => {
    const at = Math.floor((text.length * share) / 1000);
    const [head, middle, tail] = [text.slice(0, at), text.slice(at, at + length), text.slice(at + length)];
    if (kind === 'cut') return head + tail;
    if (kind === 'double') return head + middle + middle + tail;
    return kind === 'insert' ? head + piece + middle + tail : middle + head + tail;
  });
