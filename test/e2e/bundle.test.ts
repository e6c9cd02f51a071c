import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { buildBundle, folder, isBundleFresh, programFile } from '../../scripts/bundle.ts';
import { shippedPackages } from '../../scripts/supply-chain.ts';
import type { LineTable } from '../../src/source-stacks.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { wire } from '../faults/wiring.ts';
import { eventually } from '../support/eventually.ts';
import { adminClient, environment, spawnProcess } from '../support/process.ts';
import { startReceiver } from '../support/receiver.ts';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../../', import.meta.url));

before(async () => {
  if (!isBundleFresh()) await buildBundle();
});

test('the bundle delivers, with a template that it checks in a thread and runs in a sandbox', async () => {
  assert.equal(programFile(), join(folder, 'main.js'));
  await using receiver = await startReceiver();
  using data = temporaryFolder();
  await using server = spawnProcess(environment(data.path));
  const client = adminClient(await server.listening);
  const template = '{{! return JSON.stringify({ twice: it.data[0].n * 2 }); }}';
  const { key } = await wire(client, receiver.url, { destination: { template } });
  const sent = await fetch(new URL(`/v3/${key}`, await server.listening), {
    method: 'POST',
    body: JSON.stringify({ events: [{ n: 21 }] }),
  });
  assert.equal(sent.status, 200);
  await eventually('the delivery', () => receiver.at('/in').length === 1);
  assert.deepEqual(JSON.parse(receiver.at('/in')[0]?.body ?? ''), { twice: 42 });
});

test('a server from the bundle starts without the parts of Node.js that it never uses', async () => {
  using data = temporaryFolder();
  const report = `process.on('exit', () => console.log(JSON.stringify(process.moduleLoadList)))`;
  await using server = spawnProcess({
    ...environment(data.path),
    NODE_OPTIONS: `--import="data:text/javascript,${report}"`,
  });
  await server.listening;
  await server.end();
  const loaded: string[] = server
    .stdout()
    .split('\n')
    .filter((line) => line.startsWith('['))
    .flatMap((line) => JSON.parse(line));
  assert.ok(loaded.includes('NativeModule http'));
  assert.deepEqual(
    loaded.filter((name) => /undici|http2|https/.test(name)),
    [],
  );
});

test('the stack of an error in the bundle names the line of its source', () => {
  const source = 'src/compute/compute-worker.ts';
  const lines = readFileSync(join(root, source), 'utf8').split('\n');
  const line = lines.findIndex((text) => text.includes('throw new Error(')) + 1;
  const { stderr } = spawnSync(process.execPath, [join(folder, 'compute-worker.js')], { encoding: 'utf8' });
  assert.match(stderr, new RegExp(`^ +at file:.*/${source}:${line}$`, 'm'), 'it runs in no worker thread');
});

test('the bundle is run until one of its sources or packages changes', () => {
  using copy = temporaryFolder();
  const at = (path: string) => join(copy.path, path);
  const state = (): { programFile(): string } => require(at('scripts/bundle-state.cjs'));
  const write = (path: string, text: string, time: number) => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), text);
    utimesSync(at(path), time, time);
  };
  cpSync(join(root, 'scripts/bundle-state.cjs'), at('scripts/bundle-state.cjs'));
  write('src/main.ts', '', 1_000);
  write('src/other.ts', '', 1_000);
  assert.equal(state().programFile(), at('src/main.ts'), 'there is no bundle');
  write('package-lock.json', '{}', 1_000);
  const digest = createHash('sha256').update('{}').digest('hex');
  write(
    'dist/program/inputs.json',
    JSON.stringify({ files: ['src/main.ts', 'src/other.ts'], packages: digest }),
    2_000,
  );
  assert.equal(state().programFile(), at('dist/program/main.js'));
  write('src/unused.ts', '', 3_000);
  assert.equal(state().programFile(), at('dist/program/main.js'), 'a file that is not in the bundle has no effect');
  write('src/other.ts', '', 3_000);
  assert.equal(state().programFile(), at('src/main.ts'), 'a source has changed');
  write('src/other.ts', '', 1_000);
  write('package-lock.json', '{ "version": 1 }', 1_000);
  assert.equal(state().programFile(), at('src/main.ts'), 'a package has changed');
  write('package-lock.json', '{}', 3_000);
  assert.equal(state().programFile(), at('dist/program/main.js'), 'npm wrote the same packages again');
  rmSync(at('src/other.ts'));
  assert.equal(state().programFile(), at('src/main.ts'), 'a source is gone');
  rmSync(at('package-lock.json'));
  assert.equal(state().programFile(), at('dist/program/main.js'), 'it is an installed package');
});

test('every package in the bundle is in the bill of materials', () => {
  const tables = globSync('*.lines.gz', { cwd: folder }).map(
    (file): LineTable => JSON.parse(gunzipSync(readFileSync(join(folder, file))).toString()),
  );
  const sources = tables.flatMap((table) => table.sources).filter((path) => path.startsWith('node_modules/'));
  const shipped = shippedPackages().map(({ path }) => `${path}/`);
  assert.ok(sources.length > 100);
  assert.deepEqual(
    sources.filter((source) => !shipped.some((path) => source.startsWith(path))),
    [],
  );
});
