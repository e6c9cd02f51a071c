import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileTemplate } from '../../src/template/compile/compile.ts';
import { scan } from '../../src/template/parse/scanner.ts';

test('scanning takes time linear in the length of hostile text', () => {
  const shapes: ((n: number) => string)[] = [
    (n) => '{{'.repeat(n),
    (n) => '{{ a }}'.repeat(n),
    (n) => '{{!//}}'.repeat(n),
    (n) => '{{!//{}}'.repeat(n),
    (n) => '{{! /* */ }}'.repeat(n),
    (n) => `{{ ${'{}'.repeat(n)}`,
    (n) => `{{ ${"'a'+".repeat(n)}1 }}`,
    (n) => `{{${' '.repeat(n)}`,
    (n) => `{{ 1${' '.repeat(n)}}}`,
    (n) => `a${'\n'.repeat(n)}{{_ 1 _}}${'\n'.repeat(n)}b`,
    (n) => `{{/${' '.repeat(n)}x`,
    (n) => `{{/a${' '.repeat(n)}x`,
    (n) => `{{/${'a'.repeat(n)} x`,
    (n) => `{{/${'if '.repeat(n)}}}`,
    (n) => '{{/a/}}'.repeat(n),
    (n) => '{{ 1 | upper }}'.repeat(n),
    (n) => `{{ 1 ${'| upper '.repeat(n)}}}`,
    (n) => '{{/if}}'.repeat(n),
    (n) => '{{@if(1)}}'.repeat(n),
    (n) => '}}'.repeat(n),
    (n) => `{{ \`${'$'.concat('{1}').repeat(n)}\` }}`,
    (n) => `{{! ${'a;'.repeat(n)} }}`,
    (n) => `{{! ${'<!--\n'.repeat(n)} }}`,
    (n) => `{{! ${'-->\n'.repeat(n)} }}`,
  ];
  for (const shape of shapes) assertLinear((n) => scan(shape(n)), shape(3));
});

test('compiling takes time linear in the length of the text', () => {
  const compile = (text: string) => compileTemplate(text, { escape: 'json' });
  assertLinear((n) => compile('{{@if(a)}}{{ b | upper }}\n{{#else}}text{{/if}}'.repeat(n / 8)), 'blocks');
  assertLinear((n) => compile('{{ ( }}{{/if}}'.repeat(n / 4)), 'mistakes');
  assertLinear((n) => compile(`a${'\n'.repeat(n)}{{_ 1 _}}${'\n'.repeat(n)}b`), 'white space');
  assertLinear((n) => compile(`{{! ${'a;'.repeat(n)} }}`), 'statements');
});

function assertLinear(work: (n: number) => unknown, name: string): void {
  // Processor time, so that other processes do not count.
  const time = (n: number) => {
    const start = process.cpuUsage();
    work(n);
    const { user, system } = process.cpuUsage(start);
    return user + system;
  };
  time(1_000);
  // Eight times the text: linear work takes 8 times as long, quadratic work 64 times. Repeated because of garbage
  // collection.
  const isLinear = () => time(8_000) < Math.max(time(1_000), 4_000) * 32;
  assert.ok(isLinear() || isLinear() || isLinear() || isLinear(), name);
}
