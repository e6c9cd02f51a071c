import { parentPort, workerData } from 'node:worker_threads';
import type { RenderOutcome } from '../sandbox.ts';
import { newEngine } from './engine.ts';
import { findLayout } from './heap-layout.ts';
import { type BatchMessage, isWasteful, PROGRESS, type WorkerData, type WorkerMessage } from './messages.ts';
import { newRenderer } from './renderer.ts';

/** The engine's clock in this thread, in milliseconds since 1970. */
const clock = { nowMs: 0 };

// Started by supervised-worker.ts, which alone writes workerData and posts messages.
const port = parentPort;
const { module, limits, progress, layout: known } = workerData as WorkerData;
if (port === null) throw new Error('This file runs as a worker thread.');

takeOverDate();
const parts = { newEngine: () => newEngine(module, limits.memoryBytes), clock, limits };
const layout = known === undefined ? await findLayout(parts) : known;
const renderer = newRenderer(parts, layout);
const post = (message: WorkerMessage) => port.postMessage(message);

async function render({ batch, programs, jobs }: BatchMessage): Promise<void> {
  const outcomes: (string | RenderOutcome)[] = [];
  for (const [place, { program: number, input, seed, nowMs }] of jobs.entries()) {
    const program = programs[number];
    if (program === undefined) throw new Error('A job names a program that is not in its batch.');
    Atomics.store(progress, PROGRESS.job, -1);
    await renderer.ready();
    Atomics.store(progress, PROGRESS.batch, batch);
    Atomics.store(progress, PROGRESS.job, place);
    Atomics.add(progress, PROGRESS.started, 1);
    const outcome = renderer.render({ program, input, seed, nowMs });
    outcomes.push(outcome.kind === 'returned' ? outcome.output : outcome);
    if (isWasteful(outcome)) break;
  }
  Atomics.store(progress, PROGRESS.job, -1);
  post({ kind: 'rendered', batch, outcomes });
}

// Batches run one after the other, since a render may wait for a new engine.
let last = Promise.resolve();
port.on('message', (message: BatchMessage) => {
  last = last.then(() => render(message));
});
post({ kind: 'ready', layout });

/**
 * Replaces this thread's clock in `Date` and sets its zone to UTC. The engine has no clock of its own and asks the
 * host's Date, so this alone determines `new Date()` in a template. Only for threads that do nothing but render.
 */
function takeOverDate(): void {
  const date = Date.prototype;
  Date.now = () => clock.nowMs;
  date.getFullYear = date.getUTCFullYear;
  date.getMonth = date.getUTCMonth;
  date.getDate = date.getUTCDate;
  date.getDay = date.getUTCDay;
  date.getHours = date.getUTCHours;
  date.getMinutes = date.getUTCMinutes;
  date.getSeconds = date.getUTCSeconds;
  date.getTimezoneOffset = () => 0;
}
