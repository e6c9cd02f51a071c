import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { environment, type Process, spawnProcess } from '../../test/support/process.ts';

export type FuzzServer = AsyncDisposable & { readonly url: string; readonly running: Process };

/** The product in its own process and on a folder of its own, as the fuzzes of requests use it. */
export async function startFuzzServer(more: Record<string, string> = {}): Promise<FuzzServer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(temporaryFolder());
  const running = stack.use(
    spawnProcess({
      ...environment(folder.path),
      MILLRACE_INBOX: 'on',
      MILLRACE_LOG_LEVEL: 'error',
      // Name look-ups fail immediately.
      MILLRACE_DNS_SERVERS: '127.0.0.1:59999',
      ...more,
    }),
  );
  const url = await running.listening;
  const started = stack.move();
  return { url, running, [Symbol.asyncDispose]: () => started.disposeAsync() };
}
