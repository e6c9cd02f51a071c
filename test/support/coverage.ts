import { Session } from 'node:inspector/promises';

/** The functions that run, in all threads. */
export interface Coverage extends AsyncDisposable {
  /** Source files (paths below the checkout), with the names of their functions that ran since the last call. */
  take(): Promise<Map<string, Set<string>>>;
}

const root = new URL('../../', import.meta.url).href;

/** The part of the inspector's protocol that is needed here. */
type Post = (method: string, params?: object) => Promise<unknown>;

type Script = { url: string; functions: { functionName: string; ranges: { startOffset: number; count: number }[] }[] };

/**
 * Counts calls with V8's precise coverage. Code that runs while a module loads is not counted. Threads must have started
 * before.
 */
export async function startCoverage(): Promise<Coverage> {
  const session = new Session();
  session.connect();
  const threads: Post[] = [(method, params) => session.post(method as 'Profiler.enable', params as undefined)];
  const replies = new Map<string, (result: unknown) => void>();
  let calls = 0;
  session.on('NodeWorker.attachedToWorker', ({ params: { sessionId } }) => {
    threads.push(async (method, params) => {
      const id = ++calls;
      const { promise, resolve } = Promise.withResolvers<unknown>();
      replies.set(`${sessionId} ${id}`, resolve);
      const message = JSON.stringify({ id, method, params });
      await session.post('NodeWorker.sendMessageToWorker', { sessionId, message });
      return promise;
    });
  });
  session.on('NodeWorker.receivedMessageFromWorker', ({ params: { sessionId, message } }) => {
    const { id, result } = JSON.parse(message) as { id?: number; result?: unknown }; // a reply, or an event without id
    if (id !== undefined) replies.get(`${sessionId} ${id}`)?.(result);
  });
  await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  for (const post of threads) {
    await post('Profiler.enable');
    await post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  }

  return {
    async take() {
      const called = new Map<string, Set<string>>();
      for (const post of threads) {
        const { result } = (await post('Profiler.takePreciseCoverage')) as { result: Script[] }; // the protocol's reply
        for (const { url, functions } of result) {
          const names = functions.filter((one) => isCalled(one)).map((one) => one.functionName);
          if (!url.startsWith(`${root}src/`) || names.length === 0) continue;
          const path = url.slice(root.length);
          called.set(path, new Set([...(called.get(path) ?? []), ...names]));
        }
      }
      return called;
    },
    async [Symbol.asyncDispose]() {
      session.disconnect();
    },
  };
}

/** The function without a name that covers a whole file is the code that runs while its module loads. */
const isCalled = ({ functionName, ranges: [whole] }: Script['functions'][number]) =>
  whole !== undefined && whole.count > 0 && (functionName !== '' || whole.startOffset > 0);
