import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';
import * as squirrelly from 'squirrelly';
import { withFormerLineBreaks } from '../parse/former-line-breaks.ts';
import { CORPUS, CORPUS_INPUT } from './corpus.testing.ts';
import { renderInVm } from './render-in-vm.testing.ts';

// Squirrelly has no filters: these are written here plainly, so that the syntax around them is compared.
const filters: Record<string, (value: unknown, option?: never) => unknown> = {
  upper: (value) => String(value).toUpperCase(),
  lower: (value) => String(value).toLowerCase(),
  trim: (value) => String(value).trim(),
  default: (value, other) => (value === undefined || value === null || value === '' ? other : value),
  url: (value) => encodeURIComponent(String(value)),
  json: (value) => JSON.stringify(value),
  number: (value, decimals) => (decimals === undefined ? Number(value) : Number(value).toFixed(decimals)),
};
for (const [name, filter] of Object.entries(filters)) squirrelly.filters.define(name, filter);

const realm = vm.createContext({});

for (const kind of new Set(CORPUS.map((one) => one.kind))) {
  test(`renders ${kind} as Squirrelly 9 does, but for line breaks after values`, () => {
    for (const { template } of CORPUS.filter((one) => one.kind === kind)) {
      const theirs = String(squirrelly.render(template, structuredClone(CORPUS_INPUT)));
      const ours = renderInVm(withFormerLineBreaks(template), CORPUS_INPUT, { escape: 'html' }, realm);
      const text = ours.kind === 'body' ? ours.body : ours.kind === 'skipped' ? '' : ours;
      assert.deepEqual(text, theirs, template);
    }
  });
}

test('the corpus holds at least 150 different templates', () => {
  assert.ok(new Set(CORPUS.map(({ template }) => template)).size >= 150);
});

test('templates that Squirrelly gets wrong work', () => {
  const traps: [template: string, body: string][] = [
    ['{{! return {"a":{"b":1}}}}', '{"a":{"b":1}}'],
    ['{{! const o = {a:{b:{c:1}}}; return JSON.stringify(o) }}', '{"a":{"b":{"c":1}}}'],
    ['{{! function f() { if (1) { return {a:{}}}} return f() }}', '{"a":{}}'],
    ['{{ [1, 2].map((n) => n * 2).join() }}', '2,4'],
    ['{{! const add = (a, b) => a + b; return String(add(1, 2)) }}', '3'],
    ['{{ it.data[0].empty || "other" }}', 'other'],
    ['{{! const v = it.data[0].empty || it.data[0].id; return v }}', 'o-1'],
    ['{{ it.data[0].id | default(it.x || "y") }}', 'o-1'],
    ['{{ /"/.test(it.data[0].name) }}', 'true'],
    ["{{! return it.data[0].address.street.replace(/'/g, '-') }}", 'O-Hara-s'],
    ['{{! return "a)b".split(/[)"]/).join("+") }}', 'a+b'],
    [`{{! return \`\${\`\${"}}"}\`}}}\` }}`, '}}}}'],
    [`{{! return \`it's \${{ a: "}}" }.a}\` }}`, "it's }}"],
    ["{{! // don't break\n return 'x' }}", 'x'],
    ["{{! /* it's }} fine */ return 'x' }}", 'x'],
    ['{{! // {"a":{"b":1}} is what we send\n return "x" }}', 'x'],
    ['{{! // ( and | and "\n return "x" }}', 'x'],
    ['{{ it.data[0].id // an "id\n }}', 'o-1'],
    ['{{ "a" // one\n | upper // two\n }}', 'A'],
    ['{{! const s = "it\'s | {{ }}"; return s }}', "it's | {{ }}"],
    ['{{! return ("(").length + ")" }}', '1)'],
    ['{{ /* note */ it.data[0].id }}', 'o-1'],
    ['{{ /ab+c/.test("abbc") }}', 'true'],
    ['{{ { a: { b: 2 }}.a.b }}', '2'],
    ['{{ (5 | 2) + [4 | 1].length }}', '8'],
    ['{{! let bits = 5 | 2; bits |= 8; return String(bits) }}', '15'],
    ['{{@each(it.data.filter((d) => d.count > 0)) => d}}{{ d.id }}{{/each}}', 'o-1'],
    ['{{@if(it.data.some(d => d.id === "o-2"))}}found{{/if}}', 'found'],
    ['{{! return [3,1,2].toSorted((a, b) => a - b).join("") }}', '123'],
    ['{{! return it.data[0].items.map(({ sku, ...rest }) => ({ sku, rest: { ...rest }})).length + "" }}', '2'],
    ['{{! x: { y: { } } return "labels" }}', 'labels'],
    ['{{! return 8 /2/ 2 + "" }}', '2'],
    ['{{! return typeof /}}/.source }}', 'string'],
    ['{{! return a(); function a() { return "hoisted" } }}', 'hoisted'],
  ];
  for (const [template, body] of traps) {
    const output = renderInVm(template, CORPUS_INPUT, { escape: 'none' }, realm);
    assert.equal(output.kind === 'body' ? output.body : JSON.stringify(output), body, template);
  }
});
