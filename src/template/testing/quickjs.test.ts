import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import vm from 'node:vm';
import build from '@jitl/quickjs-wasmfile-release-sync';
import { newQuickJSWASMModuleFromVariant, type QuickJSSyncVariant } from 'quickjs-emscripten-core';
import { composeProgram, decodeOutput, type RenderOutput } from '../compile/program.ts';
import { CORPUS, CORPUS_INPUT } from './corpus.testing.ts';
import { renderInVm } from './render-in-vm.testing.ts';

// The programs below leave nothing behind in their realm.
const variant = build as unknown as QuickJSSyncVariant; // its types are those of its CommonJS module
const realm = (await newQuickJSWASMModuleFromVariant(variant)).newContext();
after(() => realm.dispose());

function renderInQuickJs(template: string, input: object, mode: 'html' | 'none' = 'none'): RenderOutput {
  const parts = { contentType: '', path: '/', headers: [], mapping: null };
  const composed = composeProgram({ template, escape: mode, ...parts });
  assert.ok(composed.ok, template);
  realm.unwrapResult(realm.evalCode(composed.program.source, 'program.js')).dispose();
  // A C string can't hold every text: it is passed as JSON here.
  using render = realm.unwrapResult(realm.evalCode('(text) => JSON.stringify(__render(text))'));
  using text = realm.newString(JSON.stringify(input));
  using output = realm.unwrapResult(realm.callFunction(render, realm.undefined, text));
  return decodeOutput(String(JSON.parse(realm.getString(output))));
}

test("the sandbox's engine renders the corpus as Node does", () => {
  const node = vm.createContext({});
  for (const { template } of CORPUS) {
    assert.deepEqual(
      renderInQuickJs(template, CORPUS_INPUT, 'html'),
      renderInVm(template, CORPUS_INPUT, { escape: 'html' }, node),
      template,
    );
  }
});

test("the sandbox's engine agrees on helpers", () => {
  const template =
    '{{! const t = it.data[0].t; return [sha256(t), md5(t), hmac(t, t), hmac(t, t, "md5"), base64(t)] }}';
  for (const t of ['', 'abc', 'Zürich 😀 \0', 'x'.repeat(1000)]) {
    const input = { data: [{ t }] };
    assert.deepEqual(renderInQuickJs(template, input), renderInVm(template, input));
  }
  const date = "{{ '2024-02-03 04:05:06.1234+0200' | date }} {{ 1700000000 | date('dd.MM.yyyy HH:mm:ss') }}";
  assert.deepEqual(renderInQuickJs(date, { data: [] }), renderInVm(date, { data: [] }));
});

test("the sandbox's engine reports errors in the tag where they happen", () => {
  const lineOf = (template: string) => {
    const output = renderInQuickJs(template, { data: [{ a: 1 }] });
    return output.kind === 'failed' ? [output.line, output.reason] : [null, output.kind];
  };
  assert.deepEqual(lineOf('a\n{{ it.data[0].b.c }}'), [2, '`c` is read from a value that is missing']);
  assert.deepEqual(lineOf('{{! const a = 1;\n\n it.nope.x }}'), [3, '`x` is read from a value that is missing']);
  assert.deepEqual(lineOf('{{ 1 }}\n{{! fail("no") }}'), [2, 'no']);
  assert.deepEqual(lineOf('{{ String(1) }}\n{{! const { x } = null }}')[0], 2);
  assert.deepEqual(lineOf('{{ String(1) }}\n{{ 1 }}\n{{! const q = 1; q = 2 }}')[0], 3);
  assert.deepEqual(lineOf('{{ String(1) }}\n{{! throw { } }}')[0], 2);
  assert.deepEqual(lineOf('{{! function f(v) {\n return v.a.b }\n}}\n{{ f({}) }}')[0], 2);
  assert.deepEqual(lineOf('\n{{ nope }}'), [2, '`nope` is not known here']);
  assert.deepEqual(lineOf('\n\n{{! it.data[0].a = 2 }}')[0], 3);
  assert.deepEqual(lineOf('{{@if(1)}}\n{{#elif(it.x.y)}}{{/if}}{{@if(0)}}\n{{#elif(it.x.y)}}{{/if}}')[0], 3);
  assert.deepEqual(lineOf('\n{{! const a = {}; a.a = a; return a }}')[0], 2);
});

test("a body from the sandbox's engine keeps every character, and a lone surrogate becomes U+FFFD", () => {
  const output = renderInQuickJs('{{! return "a\\0b\\ud800\\u{1f600}é" }}', { data: [] });
  assert.equal(output.kind === 'body' && output.body, 'a\0b\ufffd😀é');
});
