import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyOf, rawRender, renderInVm } from '../testing/render-in-vm.testing.ts';
import { composeProgram } from './program.ts';

const data = [{ id: 'a/b', name: 'Ada "L"', total: '12.5' }];

test('the documented template gives the record as JSON', () => {
  assert.deepEqual(renderInVm('{{! return JSON.stringify(it.data[0]); }}', { data }, { path: '/orders' }), {
    kind: 'body',
    body: JSON.stringify(data[0]),
    isObject: false,
    path: '/orders',
    headers: [],
  });
});

test('return ends the template and drops the text before it', () => {
  assert.equal(bodyOf('before {{ 1 }} {{! return "<only>"; }} after {{ it.x.y }}'), '<only>');
  assert.equal(bodyOf('a{{@each([1,2]) => n}}{{! if (n === 2) return "two"; }}{{/each}}b'), 'two');
});

test('a line break after a value stays, one after code leaves no line', () => {
  const text = { escape: 'none', contentType: 'text/plain' } as const;
  const letter = 'Dear {{ it.data[0].name }}\nyour order {{* it.data[0].id }}\n\n{{ 1 }}\r\nis here\n{{ 2 }}\n';
  assert.equal(bodyOf(letter, [{ name: 'Ada', id: 7 }], text), 'Dear Ada\nyour order 7\n\n1\nis here\n2\n');
  const blocks =
    '{{! const n = 1; }}\n{{@each([1, 2]) => i}}\n{{@if(i > n)}}\n{{ i }}\n{{#else}}\n-{{ i }}\n{{/if}}\n{{/each}}\nend';
  assert.equal(bodyOf(blocks, [{}], text), '-1\n2\nend');
  assert.equal(bodyOf('{{ 1 -}}\n{{ 2 _}}\n \n{{ 3 }}', [{}], text), '123');
});

test('an object or array becomes its JSON and is flagged', () => {
  const output = renderInVm('{{! return { a: [1] } }}');
  assert.deepEqual(output, { kind: 'body', body: '{"a":[1]}', isObject: true, path: '/', headers: [] });
  assert.equal(bodyOf('{{! return it.data }}', [{ a: 1 }]), '[{"a":1}]');
});

test('empty output is skipped with its reason', () => {
  const nothing = { kind: 'skipped', reason: 'template returned nothing' };
  const templates = [
    '',
    '{{! return }}',
    '{{! return null }}',
    '{{! return "" }}',
    '{{ it.missing }}',
    '{{! return { toJSON() {} } }}',
  ];
  for (const template of templates) assert.deepEqual(renderInVm(template), nothing, template);
});

test('other values become their text', () => {
  assert.equal(bodyOf('{{! return 0 }}'), '0');
  assert.equal(bodyOf('{{! return false }}'), 'false');
  assert.equal(bodyOf('{{! return 12n }}'), '12');
  assert.equal(bodyOf('{{! return Symbol("x") }}'), 'Symbol(x)');
});

test('a function, a promise and a circular object fail with a readable error', () => {
  const reasonOf = (template: string) => {
    const output = renderInVm(template);
    assert.equal(output.kind, 'failed', template);
    return output.kind === 'failed' ? output.reason : '';
  };
  assert.match(reasonOf('{{! return () => 1 }}'), /returned a function/);
  assert.match(reasonOf('{{! return (async () => 1)() }}'), /returned a promise/);
  assert.match(reasonOf('{{! const a = {}; a.a = a; return a }}'), /circular/i);
});

test('skip() and fail() end the template with their reason, even inside try', () => {
  assert.deepEqual(renderInVm('{{! skip("no e-mail") }}x'), { kind: 'skipped', reason: 'no e-mail' });
  assert.deepEqual(renderInVm('{{! try { skip("a") } catch { } return "body" }}'), { kind: 'skipped', reason: 'a' });
  assert.deepEqual(renderInVm('x\n  {{! fail("bad total") }}'), {
    kind: 'failed',
    reason: 'bad total',
    line: 2,
    column: 7,
    in: 'template',
  });
  assert.deepEqual(renderInVm('{{! skip() }}'), { kind: 'skipped', reason: 'skipped by the template' });
});

test('statements share one scope, so that later tags see the declarations of earlier ones', () => {
  assert.equal(bodyOf('{{! const n = 2; let s = 1; }}{{! function f(x) { return x * n } }}{{ f(4) + s }}'), '9');
  assert.equal(bodyOf('{{! total = 0 }}{{@each([1,2,3]) => n}}{{! total += n }}{{/each}}{{ total }}'), '6');
});

test('a missing value prints nothing in every mode, and reading a member of it fails with the place', () => {
  for (const mode of ['json', 'html', 'url', 'none'] as const) {
    assert.equal(
      bodyOf('[{{ it.data[0].x }}|{{* it.data[0].x }}|{{ it.data[0].x | upper }}]', [{}], { escape: mode }),
      '[||]',
    );
  }
  assert.deepEqual(renderInVm('{\n "a": {{it.data[0].b.c}}\n}'), {
    kind: 'failed',
    reason: '`c` is read from a value that is missing',
    line: 2,
    column: 22,
    in: 'template',
  });
});

test('a runtime error names line and column inside of a tag of many lines', () => {
  const output = renderInVm('one\ntwo {{!\n  const a = 1;\n  const b = it.data[0].no.where;\n  return b;\n}}');
  assert.equal(output.kind, 'failed');
  assert.deepEqual(output.kind === 'failed' && [output.line, output.column], [4, 27]);
  const nested = renderInVm('{{! function f(v) {\n  return v.a.b }\n}}\n{{ f({}) }}');
  assert.deepEqual(nested.kind === 'failed' && nested.line, 2);
  const helper = renderInVm('x\n{{ "soon" | date }}');
  assert.deepEqual(helper.kind === 'failed' && [helper.line, helper.column, helper.reason], [
    2,
    13,
    'The filter date cannot read "soon" as a time',
  ]);
});

test('anything that a template throws becomes a failure', () => {
  for (const thrown of [
    '"text"',
    'null',
    'undefined',
    '{ get message() { throw 1 } }',
    'new Proxy({}, { get() { throw 1 } })',
    'Symbol()',
    'Object.create(null)',
  ]) {
    assert.equal(renderInVm(`{{! throw ${thrown} }}`).kind, 'failed', thrown);
  }
  assert.equal(renderInVm('{{! (function f() { f() })() }}').kind, 'failed');
  assert.deepEqual(renderInVm('{{ nope }}'), {
    kind: 'failed',
    reason: '`nope` is not known here',
    line: 1,
    column: 4,
    in: 'template',
  });
});

test("the input can't be changed", () => {
  const input = { data: [{ a: 1, deep: { list: [1] } }], events: [{ data: { x: 1 } }], meta: { time: 'now' } };
  for (const change of [
    'it.data[0].a = 2',
    'it.data[0].deep.list.push(2)',
    'it.data.sort()',
    'delete it.data[0].a',
    'it.data = []',
    'it.events[0].data.x = 2',
    'it.meta.time = 2',
    'Object.assign(it.data[0], { a: 2 })',
    'const { deep } = it.data[0]; deep.list[0] = 9',
    '[1].map([].push, it.data)',
    'it.data.map(Reflect.set)',
  ]) {
    const output = renderInVm(`{{! ${change}; return "changed" }}`, input);
    if (output.kind === 'failed') continue;
    assert.deepEqual(
      renderInVm(`{{! ${change}; return [it.data, it.events, it.meta] }}`, input),
      renderInVm('{{! return [it.data, it.events, it.meta] }}', input),
      change,
    );
  }
});

test('a mapping rebuilds the records in its order; expressions see the event', () => {
  const mapping = [
    { field: 'b' },
    { field: 'sum', expression: 'Number(it.total) + it.ext.n' },
    { field: 'who', expression: 'it.visitorId + it.name + it.session.id' },
    { field: 'gone', expression: 'it.nothing' },
    { field: 'absent' },
    { field: 'a' },
    { field: '__proto__', expression: '"own"' },
  ];
  const event = { name: 'Order', visitorId: 'v', data: { total: '4' }, ext: { n: 3 }, session: { id: 's' } };
  const output = renderInVm(
    '{{* JSON.stringify(it.data) }}',
    { data: [{ a: '1', b: '2', z: '3' }], events: [event] },
    { mapping },
  );
  assert.equal(output.kind === 'body' && output.body, '[{"b":"2","sum":7,"who":"vOrders","a":"1","__proto__":"own"}]');
});

test('an expression that fails names its field', () => {
  const output = renderInVm('x', { events: [{ data: {} }] }, { mapping: [{ field: 'f', expression: '1 +\n it.a.b' }] });
  assert.deepEqual(output, {
    kind: 'failed',
    reason: '`b` is read from a value that is missing',
    line: 2,
    column: 7,
    in: 'mapping field f',
  });
});

test('values in a path are percent-encoded, raw and returned ones too', () => {
  const pathOf = (path: string, value: string) => {
    const output = renderInVm('x', { data: [{ v: value }] }, { path });
    return output.kind === 'body' ? output.path : output;
  };
  assert.equal(
    pathOf('/a/{{ it.data[0].v }}/b?q={{* it.data[0].v | safe }}', "x/y?&#é!'()*\n"),
    '/a/x%2Fy%3F%26%23%C3%A9%21%27%28%29%2A%0A/b?q=x%2Fy%3F%26%23%C3%A9%21%27%28%29%2A%0A',
  );
  assert.equal(pathOf('{{! return it.data[0].v }}', '/a/b'), '%2Fa%2Fb');
  assert.equal(pathOf('/{{ it.data[0].v | upper }}', 'a b'), '/A%20B');
  assert.equal(pathOf('/{{ it.data[0].v }}', '\ud800'), '/%EF%BF%BD');
});

test("data can't become a segment of dots", () => {
  for (const [path, value] of [
    ['/a/{{ it.data[0].v }}/b', '..'],
    ['/a/{{ it.data[0].v }}', '.'],
    ['/a/.{{ it.data[0].v }}?x=1', '.'],
    ['/%2e{{ it.data[0].v }}', '.'],
  ] as const) {
    const output = renderInVm('x', { data: [{ v: value }] }, { path });
    assert.equal(output.kind === 'failed' && output.in, 'path', path);
  }
  assert.equal(renderInVm('x', { data: [{ v: '..' }] }, { path: '/a?q={{ it.data[0].v }}' }).kind, 'body');
});

test('values in headers are inserted unescaped', () => {
  const output = renderInVm(
    'x',
    { data: [{ v: 'a"b<c' }] },
    {
      headers: [
        { name: 'X-A', value: 'v={{ it.data[0].v }}' },
        { name: 'X-B', value: 'plain' },
        { name: 'X-C', value: '{{! return it.data[0].v }}' },
      ],
    },
  );
  assert.deepEqual(output.kind === 'body' && output.headers, [
    ['X-A', 'v=a"b<c'],
    ['X-B', 'plain'],
    ['X-C', 'a"b<c'],
  ]);
});

test('an error in a path or header names it', () => {
  const path = renderInVm('x', {}, { path: '/{{ it.data[0].a.b }}' });
  assert.equal(path.kind === 'failed' && path.in, 'path');
  const header = renderInVm('x', {}, { headers: [{ name: 'X-A', value: '{{ it.data[0].a.b }}' }] });
  assert.deepEqual(header.kind === 'failed' && [header.in, header.line, header.column], ['header X-A', 1, 17]);
  assert.deepEqual(renderInVm('x', {}, { path: '/{{! skip("no") }}' }), { kind: 'skipped', reason: 'no' });
});

test('problems name the part that they are in', () => {
  const composed = composeProgram({
    template: '{{ a b }}',
    escape: 'auto',
    contentType: 'text/plain',
    path: '/{{ ( }}',
    headers: [{ name: 'X-A', value: '{{@if(1)}}' }],
    mapping: [{ field: 'f', expression: '1 +' }],
  });
  assert.deepEqual(!composed.ok && composed.problems.map((problem) => problem.in), [
    'mapping field f',
    'template',
    'path',
    'header X-A',
  ]);
});

test('U+0000 stays and lone surrogates become U+FFFD', () => {
  assert.equal(bodyOf('{{! return "a\\0b\\ud800c" }}'), 'a\0b\ufffdc');
  assert.ok(rawRender('{{! fail("a\\0b\\ud800c") }}', {}).isWellFormed());
});

test('a body may contain text in the output format', () => {
  const text = '{"kind":"skipped"}\n{"x":1}\n\n';
  assert.equal(bodyOf('{{! return it.data[0].t }}', [{ t: text }]), text);
});

test('uses names the input that the program reads', () => {
  const usesOf = (template: string, mapping: { field: string; expression?: string }[] | null = null) => {
    const composed = composeProgram({ template, escape: 'auto', contentType: '', path: '', headers: [], mapping });
    return composed.ok ? composed.program.uses : null;
  };
  assert.deepEqual(usesOf('{{ it.data[0].x }}'), { events: false, meta: false });
  assert.deepEqual(usesOf('{{ it.events[0].x }}'), { events: true, meta: false });
  assert.deepEqual(usesOf('{{ it["meta"].time }}'), { events: false, meta: true });
  assert.deepEqual(usesOf('{{! const { data, meta } = it }}'), { events: false, meta: true });
  assert.deepEqual(usesOf('{{ it[k] }}'), { events: true, meta: true });
  assert.deepEqual(usesOf('{{ JSON.stringify(it) }}'), { events: true, meta: true });
  assert.deepEqual(usesOf('{{ eval("it.events") }}'), { events: true, meta: true });
  assert.deepEqual(usesOf('x', [{ field: 'a', expression: '1' }]), { events: true, meta: false });
});
