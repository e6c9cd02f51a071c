import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { startTestApp, wire } from './support/app.ts';
import { type Coverage, startCoverage } from './support/coverage.ts';
import { eventually } from './support/eventually.ts';
import { observers } from './support/journey.ts';
import { startReceiver } from './support/receiver.ts';

const filesMax = 85;

test('ARCHITECTURE.md lists the files that one event passes from POST to settle, and they are few', async () => {
  await using receiver = await startReceiver();
  await using app = await startTestApp();
  // A response head is parsed again when its date differs from that of the last one, as it always does on a slow machine.
  receiver.answer('/in', { headers: { date: new Date(0).toUTCString() } });
  const { collector, action, deliver } = await wire(app, receiver);
  // The first events start threads, open sockets and compile.
  for (let n = 0; n < 20; n++) await deliver({ n: String(n) });
  await using coverage = await startCoverage();
  const send = () =>
    fetch(`${app.url}/v3/${collector.key}`, {
      method: 'POST',
      body: JSON.stringify({ events: [{ wire: action.name }] }),
    });
  // What only a timer ran in one of the windows is in one of them alone.
  const windows: Set<string>[] = [];
  for (let n = 0; n < 3; n++) windows.push(await passed(coverage, send));
  const [first, ...others] = windows;
  const files = [...(first ?? [])].filter((file) => others.every((one) => one.has(file)) && !observers.test(file));
  const listed = listedFiles();
  assert.deepEqual(files.toSorted(), listed.toSorted());
  assert.ok(files.length <= filesMax, `${files.length} files`);
});

/** The files that one event passes, until its outcome is recorded. */
async function passed(coverage: Coverage, send: () => Promise<Response>): Promise<Set<string>> {
  await coverage.take();
  assert.equal((await send()).status, 200);
  const files = new Set<string>();
  await eventually('the outcome to be recorded', async () => {
    const called = await coverage.take();
    for (const file of called.keys()) files.add(file);
    return called.get('src/pipeline/dispatch/pump.ts')?.has('recorded');
  });
  return files;
}

/** The files of ARCHITECTURE.md, in the order of its list. */
function listedFiles(): string[] {
  const text = readFileSync(new URL('../ARCHITECTURE.md', import.meta.url), 'utf8');
  const list = text.split('<!-- journey -->')[1]?.split('<!-- /journey -->')[0] ?? '';
  return list.split('\n').flatMap((line) => {
    const folder = /^\| `([^`]*)`/.exec(line)?.[1];
    const names = line.split('|')[2] ?? '';
    return folder === undefined ? [] : Array.from(names.matchAll(/[\w-]+\.ts/g), ([name]) => `src/${folder}${name}`);
  });
}
