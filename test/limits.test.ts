import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** The rows of the table of sums in docs/limits.md, and how many lines with values it has. */
function sums() {
  const [, section = ''] = /\n## Sums\n(.*?)\n## /s.exec(read('docs/limits.md')) ?? [];
  const rows = section.matchAll(/^\| ([^|]+) \| ([\d,]+[^|]*) \| `([\w.]+)` \| `([\w./-]+)` \|$/gm);
  return {
    rows: Array.from(rows, ([, what = '', value = '', constant = '', path = '']) => ({ what, value, constant, path })),
    lines: section.split('\n').filter((line) => line.startsWith('| ')).length - 2,
  };
}

const units: Record<string, number> = { KiB: 2 ** 10, MiB: 2 ** 20, Mi: 2 ** 20 };

/** `64 MiB`, `16 Mi characters`, `10,000 a day` as a number. */
function numberOf(text: string): number {
  const [digits = '', unit = ''] = text.split(' ');
  return Number(digits.replaceAll(',', '')) * (units[unit] ?? 1);
}

/** The value of a constant, or of a member of one (`bounds.count`), as the source defines it with numbers. */
function constantOf(source: string, name: string): number {
  const [base = '', member] = name.split('.');
  const numbers = String.raw`([\d_]+(?: \*\*? [\d_]+)*)`;
  const form = member === undefined ? `\\b${base}(?: =|:) ${numbers}` : `\\b${base}\\b[^;]*?\\b${member}: ${numbers}`;
  const [, product = 'none'] = new RegExp(form).exec(source) ?? [];
  return product
    .replaceAll('_', '')
    .split(' * ')
    .map((factor) => factor.split(' ** ').map(Number))
    .reduce((result, [factor = Number.NaN, power = 1]) => result * factor ** power, 1);
}

test('each sum in docs/limits.md is the value of the constant that enforces it', () => {
  const { rows, lines } = sums();
  assert.equal(rows.length, lines);
  for (const { what, value, constant, path } of rows)
    assert.equal(constantOf(read(`src/${path}`), constant), numberOf(value), `${what}: ${constant} of ${path}`);
});

test('values of constants are read as the program computes them', () => {
  assert.equal(constantOf('const most = 64 * 1_048_576;', 'most'), 64 * 1_048_576);
  assert.equal(constantOf('export const most = 3 * 2 ** 20;', 'most'), 3 * 2 ** 20);
  assert.equal(
    constantOf('const other = { most: 1 };\nconst bounds = { a: 2, most: 1_000 } as const;', 'bounds.most'),
    1_000,
  );
  assert.ok(Number.isNaN(constantOf('const others = 1;', 'most')));
});
