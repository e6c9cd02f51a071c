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
  const moved: Moved = { left: move() };
  port.postMessage(moved);
});

/** null: not now. A full disk, say: the log keeps what it has, and the next one tries again. */
function move(): number | null {
  try {
    return checkpoint(database, 'PASSIVE');
  } catch {
    return null;
  }
}
