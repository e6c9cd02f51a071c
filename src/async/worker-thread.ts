import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';

type ThreadEvents<Message> = {
  message(message: Message): void;
  /** Called once, when the thread runs no more. `error`: what ended it; null: it ended itself, or was terminated. */
  ended(error: Error | null, code: number): void;
};

/**
 * Starts a worker thread with a module that is named without its ending, which is `.ts`, or `.js` in the bundle:
 * `startThread(new URL('./x-worker', import.meta.url), …)`. Throws when no thread can be started.
 */
export function startThread<Message>(module: URL, options: WorkerOptions, events: ThreadEvents<Message>): Worker {
  const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const worker = new Worker(new URL(module.href + ending), options);
  let error: Error | null = null;
  worker.on('message', events.message);
  worker.on('error', (cause: Error) => {
    error = cause;
  });
  worker.once('exit', (code) => events.ended(error, code));
  return worker;
}

/** An environment without the variables of the process, but with its compile cache, with which a thread starts faster and is smaller. */
export function bareEnvironment(): Record<string, string> {
  const cache = getCompileCacheDir();
  return cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) };
}
