import assert from 'node:assert/strict';
import { test } from 'node:test';
import { observers } from './support/journey.ts';
import { traceFiles } from './support/trace.ts';

// Before the program is loaded.
const trace = traceFiles();
const [{ startTestApp, wire }, { eventually }, { startReceiver }] = await Promise.all([
  import('./support/app.ts'),
  import('./support/eventually.ts'),
  import('./support/receiver.ts'),
]);

/** Rooms that all others use: a step there and back is not a change of subject. */
const leaves = /^src\/(?:contract|async)\//;

/** Six of them go to journal/codec/, which the engines share. */
const changesMax = 69;

test('an event goes from folder to folder a bounded number of times, in the order in which its functions are called', async () => {
  await using receiver = await startReceiver();
  await using app = await startTestApp();
  // A response head is parsed again when its date differs from that of the last one.
  receiver.answer('/in', { headers: { date: new Date(0).toUTCString() } });
  const { collector, action, deliver } = await wire(app, receiver);
  // The first events start threads, open sockets and compile.
  for (let n = 0; n < 20; n++) await deliver({ n: String(n) });
  const counts: number[] = [];
  // What a timer runs during the event is not in all of them.
  for (let n = 0; n < 12; n++) {
    trace.start();
    const sent = await fetch(`${app.url}/v3/${collector.key}`, {
      method: 'POST',
      body: JSON.stringify({ events: [{ wire: action.name }] }),
    });
    assert.equal(sent.status, 200);
    await eventually('the outcome to be recorded', () => endOf(trace.files()) !== -1);
    const traced = trace.files();
    const files = traced.slice(0, endOf(traced) + 1);
    const folders = files.filter((file) => !observers.test(file) && !leaves.test(file)).map(folderOf);
    counts.push(folders.filter((folder, at) => at > 0 && folder !== folders[at - 1]).length);
  }
  assert.ok(Math.min(...counts) <= changesMax, `${counts.join()} changes of folder`);
});

/** The place at which the dispatcher hears that the outcome is recorded; -1: not yet. */
function endOf(files: readonly string[]): number {
  return [
    'destinations/judge.ts',
    'pipeline/dispatch/settlement-writer.ts',
    'sqlite/thread.ts',
    'pipeline/dispatch/pump.ts',
  ].reduce((at, file) => (at === -1 ? -1 : files.indexOf(`src/${file}`, at)), 0);
}

const folderOf = (file: string) => file.slice(0, file.lastIndexOf('/'));
