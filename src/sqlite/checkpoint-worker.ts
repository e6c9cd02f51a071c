import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { checkpoint } from './checkpoint.ts';
import type { Moved } from './checkpoints.ts';

const port = parentPort;
if (port === null) throw new Error('This file runs in a worker thread.');
const settings: { file: string } = workerData;
const database = new DatabaseSync(settings.file);
database.exec('PRAGMA synchronous = FULL; PRAGMA cache_size = -256');

port.on('message', (message: 'move' | 'close') => {
  if (message === 'close') {
    database.close();
    port.close();
    return;
  }
  port.postMessage(move());
});

/** On a full disk the log keeps its pages. */
function move(): Moved {
  try {
    return { left: checkpoint(database, 'PASSIVE'), problem: null };
  } catch (error) {
    return { left: null, problem: error instanceof Error ? error.message : String(error) };
  }
}
