import { parentPort } from 'node:worker_threads';
import { type OperationName, operations } from './operations.ts';

export type ComputeCall = { name: OperationName; argument: unknown };
export type ComputeResult = { value: unknown } | { error: Error };
/** What the thread posts: once that it has started, then the result of each call. */
export type ComputeMessage = 'started' | ComputeResult;

// Started by compute-thread.ts, which posts one call at a time.
const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');
const post = (message: ComputeMessage) => port.postMessage(message);

port.on('message', ({ name, argument }: ComputeCall) => {
  const run = operations[name] as (argument: unknown) => unknown; // name and argument come from one typed call
  try {
    post({ value: run(argument) });
  } catch (error) {
    post({ error: error instanceof Error ? error : new Error(String(error)) });
  }
});
post('started');
