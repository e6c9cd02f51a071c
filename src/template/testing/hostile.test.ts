import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkTemplate, templateTokens } from '../check/check.ts';
import { compileTemplate } from '../compile/compile.ts';
import { composeProgram, decodeOutput } from '../compile/program.ts';
import { scan } from '../parse/scanner.ts';
import { renderInVm } from './render-in-vm.testing.ts';

test('source that nests deeply is a problem, never an exception', () => {
  const n = 8_000;
  for (const deep of [
    '('.repeat(n),
    `${'('.repeat(n)}1${')'.repeat(n)}`,
    `${'['.repeat(n)}${']'.repeat(n)}`,
    `${'!'.repeat(n)}1`,
    `${'-'.repeat(n)}1`,
    `${'a?'.repeat(n)}1${':1'.repeat(n)}`,
    `${'a=>'.repeat(n)}1`,
    `${'a='.repeat(n)}1`,
    `${'1**'.repeat(n)}1`,
    `${'typeof '.repeat(n)}1`,
    `${'`${'.repeat(n)}1${'}`'.repeat(n)}`,
    `${'new '.repeat(n)}a`,
    `${'{a:'.repeat(n)}1${'}'.repeat(n)}`,
    `/${'('.repeat(n)}${')'.repeat(n)}/`,
  ]) {
    for (const template of [
      `{{ ${deep} }}`,
      `{{! return ${deep} }}`,
      `{{@if(${deep})}}{{/if}}`,
      `{{ 1 | default(${deep}) }}`,
    ]) {
      const problems = checkTemplate(template);
      assert.ok(problems.length > 0 && problems.every(({ line }) => line === 1), template.slice(0, 40));
    }
  }
  for (const statement of ['if(1){', 'for(;;)', 'if(1);else ', 'a:', '{', 'do ', 'function f(){', 'class A{static{']) {
    assert.ok(checkTemplate(`{{! ${statement.repeat(n)} }}`).length > 0, statement);
  }
  assert.ok(checkTemplate(`{{ ${'new '.repeat(1_000)}a }}`).length > 0);
  assert.match(checkTemplate(`{{ 1 ${'| upper '.repeat(n)}}}`)[0]?.message ?? '', /Too many filters/);
  assert.match(checkTemplate(`{{@if(0)}}${'{{#elif(0)}}'.repeat(n)}{{/if}}`)[0]?.message ?? '', /too many/i);
  const blocks = checkTemplate(`${'{{@if(1)}}'.repeat(n)}${'{{/if}}'.repeat(n)}`);
  assert.match(blocks[0]?.message ?? '', /nested too deeply/);
});

test('long flat source is not a problem', () => {
  const n = 2_000;
  for (const template of [
    `{{ ${'1+'.repeat(n)}1 }}`,
    `{{ ''${".concat('')".repeat(n)}.length }}`,
    '{{ 1 }}'.repeat(n),
    '{{@if(1)}}x{{/if}}'.repeat(n),
    `{{@if(0)}}${'{{#elif(0)}}'.repeat(90)}{{#else}}x{{/if}}`,
  ]) {
    assert.equal(renderInVm(template).kind, 'body', template.slice(0, 40));
  }
});

test('unclosed tags are a problem', () => {
  assert.match(checkTemplate('{{ 1 }}'.repeat(6_000))[0]?.message ?? '', /Too many tags/);
});

test('a single tag may be very long', () => {
  const names = Array.from({ length: 9_500 }, (_, index) => `a${index}=b${index};`).join('');
  const problems = checkTemplate(`{{! ${names} }}`);
  assert.ok(problems.length <= 101 && problems.some(({ message }) => /Too many names/.test(message)));
  assert.match(checkTemplate(`{{! ${names.replaceAll('a', 'let a')} }}`)[0]?.message ?? '', /Too many names/);
  assert.ok(templateTokens(`{{! ${names} }}`).length > 37_000);
});

test('patterns and code that would block the host are refused before they are parsed', () => {
  const messages = (template: string) => checkTemplate(template).map(({ message, line }) => `${line} ${message}`);
  const letters = (n: number) => `/${'\\p{L}'.repeat(n)}/iu`;
  assert.match(
    messages(`{{! return ${letters(40_000)} }}`)[0] ?? '',
    /^1 The regular expressions .* too long in total/,
  );
  assert.match(messages(`\n{{ ${letters(1_000)} }}`.repeat(3))[0] ?? '', /^3 The regular expressions .* too long/);
  assert.match(messages(`{{! ${'a;'.repeat(40_000)} }}`)[0] ?? '', /^1 Too much JavaScript/);
  assert.deepEqual(messages(`{{ ${letters(1_000)}.test("a") }}\n{{ "a".replace(/[/\\]]+/g, "") }}`), []);
});

test('`arguments` in class code that runs at definition is refused, as by the engine', () => {
  for (const body of [
    'static { () => arguments }',
    'static { [1].map((x) => arguments[x]) }',
    'a = () => ({ arguments })',
  ])
    assert.match(checkTemplate(`{{! class A { ${body} } }}`)[0]?.message ?? '', /`arguments`|arguments/, body);
  for (const body of [
    'static { (function () { return arguments })() }',
    'm() { return arguments }',
    'a = { arguments: 1 }.arguments',
  ])
    assert.deepEqual(checkTemplate(`{{! class A { ${body} } }}`), [], body);
});

test('for any text, checking returns places inside of it', () => {
  const pieces = fc.constantFrom(
    ...[
      '{{',
      '}}',
      '{{!',
      '{{*',
      '{{@if(',
      '{{@each(a)=>',
      '{{#else}}',
      '{{/if}}',
      '{{/each}}',
      '_}}',
      '-}}',
      '(',
      ')',
      '{',
      '}',
    ],
    ...[
      '[',
      ']',
      "'",
      '"',
      '`',
      '${',
      '/',
      '//',
      '/*',
      '*/',
      '\n',
      '\r\n',
      ' ',
      'a',
      'it.data',
      '|',
      '||',
      '=>',
      ';',
      'return ',
      '1',
    ],
    ...[
      'upper',
      'default(',
      '#',
      '@',
      '\\',
      '\u2028',
      '\0',
      '\ud800',
      'const a=',
      'function(',
      'async ',
      'await ',
      'yield ',
    ],
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 25 }), (parts) => {
      const text = parts.join('');
      const lines = text.split(/\r\n|\n|\r/);
      for (const { line, column } of checkTemplate(text)) {
        assert.ok(
          line >= 1 && line <= lines.length && column >= 1 && column <= (lines[line - 1] ?? '').length + 2,
          text,
        );
      }
      templateTokens(text);
      const { pieces: found, error } = scan(text);
      if (error === null) assert.equal(found.map(({ start, end }) => text.slice(start, end)).join(''), text);
    }),
    { numRuns: 1500 },
  );
});

test('a template that compiles becomes a script that an engine accepts, and rendering it gives an outcome', () => {
  const piece = fc.constantFrom(
    ...[
      'text',
      '\n',
      '{{ it.data[0].a }}',
      '{{* 1 }}',
      '{{! const a = 1 }}',
      '{{! b = 2; }}',
      '{{@if(1)}}',
      '{{#else}}',
      '{{/if}}',
    ],
    ...[
      '{{@each([1,2]) => x, i}}',
      '{{ x }}',
      '{{/each}}',
      '{{@foreach({a:1}) => {length}, v}}',
      '{{/foreach}}',
      '{{ 1 // c\n}}',
    ],
    ...[
      '{{! return 1 // c\n}}',
      "{{ 'a' | upper | default('x' // y\n) }}",
      '{{_ (1,2) _}}',
      '{{! function f(){ return 1 } }}',
      '{{ f() }}',
    ],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (parts) => {
      const template = parts.join('');
      const input = { template, escape: 'auto', contentType: '', path: '', headers: [], mapping: null } as const;
      if (composeProgram({ ...input, headers: [] }).ok) renderInVm(template);
    }),
    { numRuns: 300 },
  );
});

test("a template can't leave its function, reach the program, or fake an output", () => {
  for (const template of [
    '{{! }; globalThis.x = 1; { }}',
    '{{! }); globalThis.x = 1; (function(){ }}',
    '{{ 1); globalThis.x = (1 }}',
    '{{* 1; globalThis.x = 1 }}',
    '{{@if(1){globalThis.x = 1}if(1)}}{{/if}}',
    '{{@each([1]) => a){}globalThis.x=1;if(a}}{{/each}}',
    '{{ 1 | default(2); globalThis.x = (1) }}',
  ]) {
    assert.equal(compileTemplate(template, { escape: 'json' }).ok, false, template);
  }
  const fake = renderInVm('{{! return "{\\"kind\\":\\"skipped\\",\\"reason\\":\\"x\\"}\\n" }}');
  assert.equal(fake.kind, 'body');
  for (const text of [
    '',
    'x',
    '{}',
    'null\n',
    '{"kind":"body"}\nx',
    '{"kind":"body","path":"/","headers":[["a"]]}\nx',
  ]) {
    assert.throws(() => decodeOutput(text), /replaced the function/, text);
  }
});

test('a template that replaces built-ins affects its own output alone', () => {
  for (const attack of [
    'JSON.stringify = () => "x"',
    'String.prototype.isWellFormed = () => { throw 1 }',
    'Object.prototype.then = () => 1',
    'Array.prototype[Symbol.iterator] = null',
    'Error.prepareStackTrace = () => { throw 1 }',
    'globalThis.Object = null',
  ]) {
    const output = renderInVm(`{{! ${attack}; return it.data[0].a.b }}`);
    assert.equal(output.kind, 'failed', attack);
  }
});
