import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The calls of a bench process: each takes one structured argument and returns one. */
export type Calls = Record<string, (input: never) => unknown>;

/** A child process of the bench. Disposing it ends it. */
export type Child<C extends Calls> = AsyncDisposable & {
  readonly pid: number;
  /** Rejects with the error message of the child, or when it ends before it responds. */
  call<Name extends keyof C & string>(name: Name, input: Parameters<C[Name]>[0]): Promise<Awaited<ReturnType<C[Name]>>>;
  /** Called with messages that the child sends without a call. */
  listen(listener: (news: unknown) => void): void;
};

type Request = { id: number; name: string; input: unknown };
type Answer = { id: number; value: unknown } | { id: number; error: string };
type Message = Answer | { news: unknown };

/** Starts a file of `bench/processes` in its own process. */
export function startChild<C extends Calls>(file: string): Child<C> {
  const path = fileURLToPath(new URL(`./processes/${file}`, import.meta.url));
  const child = fork(path, { execArgv: ['--disable-warning=ExperimentalWarning'], serialization: 'advanced' });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let last = 0;
  let listener: (news: unknown) => void = () => {};
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.on('message', (message: Message) => {
    if ('news' in message) return listener(message.news);
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if ('error' in message) call?.reject(new Error(`${file}: ${message.error}`));
    else call?.resolve(message.value);
  });
  child.on('exit', (code, signal) => {
    for (const call of waiting.values()) call.reject(new Error(`${file} ended (${signal ?? code}).`));
    waiting.clear();
  });
  return {
    pid: child.pid ?? 0,
    call(name, input) {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      if (child.exitCode !== null || !child.connected) reject(new Error(`${file} has ended.`));
      else {
        waiting.set(++last, { promise, resolve, reject });
        child.send({ id: last, name, input } satisfies Request);
      }
      return promise as never; // the child responds with the types of its Calls
    },
    listen(next) {
      listener = next;
    },
    async [Symbol.asyncDispose]() {
      end(child);
      await exited;
    },
  };
}

/** Makes this process respond to calls of its parent; it ends with its parent. */
export function answerCalls<C extends Calls>(calls: C): void {
  process.on('disconnect', () => process.exit());
  process.on('SIGINT', () => {}); // the parent ends this process
  process.on('message', async ({ id, name, input }: Request) => {
    try {
      const call = calls[name] as ((input: unknown) => unknown) | undefined; // the parent uses the same type
      if (call === undefined) throw new Error(`unknown call ${name}`);
      process.send?.({ id, value: await call(input) } satisfies Answer);
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
}

/** Sends a message to the parent without a call. */
export function tellParent(news: unknown): void {
  process.send?.({ news });
}

function end(child: ChildProcess) {
  if (child.connected) child.disconnect();
  else child.kill('SIGKILL');
}
