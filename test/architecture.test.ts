import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { cruiseSources } from '../scripts/architecture.ts';

function planted(t: TestContext, files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-arrows-'));
  t.after(() => rmSync(dir, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

test('forbidden imports are found: types, values, re-exports, Node in browser rooms, adapters, cycles, threads', async (t) => {
  const dir = planted(t, {
    'src/contract/a.ts': "import type { B } from '../api/b.ts';\nexport type A = B;\n",
    'src/rules/a.ts': "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
    'src/cli/a.ts': "export { b } from '../telemetry/b.ts';\n",
    'src/pipeline/a.ts': "export const b = () => import('../journal/sqlite/b.ts');\n",
    'src/other.ts': "export { b } from './journal/sqlite/b.ts';\n",
    'src/journal/sqlite/sqlite-a.ts': "import { b } from './b.ts';\nexport const a = () => b;\n",
    'src/journal/sqlite/sqlite-c.ts': 'export type C = number;\n',
    'src/journal/sqlite/a-codec.ts': "import { b } from './b.ts';\nexport const a = () => b;\n",
    'src/journal/sqlite/lists/a.ts': "import type { C } from '../sqlite-c.ts';\nexport type A = C;\n",
    'src/telemetry/b.ts': 'export const b = 1;\n',
    'src/journal/sqlite/b.ts': 'export const b = 1;\n',
    'src/api/b.ts': "import { c } from './c.ts';\nexport type B = number;\nexport const b = () => c;\n",
    'src/api/c.ts': "import { b } from './b.ts';\nexport const c = () => b;\n",
    'src/console/pages/things/page.ts':
      "import { part } from './part.ts';\nexport type Draft = { n: number };\npart();\n",
    'src/console/pages/things/part.ts':
      "import type { Draft } from './page.ts';\nexport const part = (_draft?: Draft) => {};\n",
    'src/console/pages/other/page.ts': "import { part } from '../things/part.ts';\npart();\n",
    'src/newroom/a.ts': "import { b } from '../telemetry/b.ts';\nexport const a = b;\n",
  });
  const { modules, files, violations } = await cruiseSources(dir);
  assert.equal(modules, files);
  const circle = violations.filter((one) => one.startsWith('no-cycles') && one.includes('console/pages'));
  assert.equal(circle.length > 0, true, 'a circle of types in the console');
  const rules = violations.map((violation) => violation.split(':')[0]);
  const ofThreads = violations.filter((violation) => violation.includes('-thread-side'));
  assert.deepEqual(ofThreads.toSorted(), [
    'main-thread-side: src/journal/sqlite/a-codec.ts → src/journal/sqlite/b.ts',
    'main-thread-side: src/journal/sqlite/sqlite-a.ts → src/journal/sqlite/b.ts',
    'storage-thread-side: src/journal/sqlite/lists/a.ts → src/journal/sqlite/sqlite-c.ts',
  ]);
  for (const rule of [
    'contract-arrows',
    'browser-safe',
    'cli-arrows',
    'pipeline-arrows',
    'no-cycles',
    'no-page-to-page',
    'one-door-to-an-engine',
    'every-room-has-arrows',
  ]) {
    assert.ok(rules.includes(rule), `${rule} in ${violations.join('\n')}`);
  }
});
