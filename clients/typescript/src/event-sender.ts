/** An event: names and values of your choice. */
export type SentEvent = { [name: string]: unknown };

export type SenderOptions = {
  /** The most events of a request. Default: 500; the server takes 1,000. */
  batchMax?: number;
  /** How long an event waits for others, in ms. Default: 100. */
  waitMs?: number;
  /** How many bytes of events can wait before `add` does. Default: 8 MiB. */
  waitingBytesMax?: number;
  /** How often a request is repeated: ten times take about four minutes, longer than a restart of the server. Default: 10. */
  retries?: number;
  /** Gets the events of a request that failed after all repetitions. Without it, `add` and `flush` throw the error. */
  onFailure?: (error: unknown, events: readonly SentEvent[]) => void;
};

/** Sends events in batches, one request after the other, so that they keep their order. */
export interface EventSender extends AsyncDisposable {
  /** Adds an event. It waits while too many bytes wait: `await` it. */
  add(event: SentEvent): Promise<void>;
  /** Waits until all added events are on the server's disk. */
  flush(): Promise<void>;
}

/** The server takes 1 MiB; the rest is for the frame of the batch. */
const batchBytesMax = 1_000_000;

type Waiting = { event: SentEvent; bytes: number };

/** `send` sends one batch. */
export function eventSender(
  send: (events: SentEvent[]) => Promise<void>,
  { batchMax = 500, waitMs = 100, waitingBytesMax = 8 * 2 ** 20, onFailure }: SenderOptions,
): EventSender {
  const waiting: Waiting[] = [];
  let waitingBytes = 0;
  let running: Promise<void> | null = null;
  let wake = () => {};
  let failure: { error: unknown } | null = null;

  async function add(event: SentEvent): Promise<void> {
    throwFailure();
    const bytes = new TextEncoder().encode(JSON.stringify(event)).length + 1;
    while (waitingBytes > 0 && waitingBytes + bytes > waitingBytesMax) {
      wake();
      await nextBatch();
      throwFailure();
    }
    waiting.push({ event, bytes });
    waitingBytes += bytes;
    running ??= run();
    if (waiting.length >= batchMax || waitingBytes >= batchBytesMax) wake();
  }

  async function flush(): Promise<void> {
    while (running !== null) {
      wake();
      await running;
    }
    throwFailure();
  }

  const atNextBatch: (() => void)[] = [];
  const nextBatch = () => new Promise<void>((resolve) => atNextBatch.push(resolve));

  async function run(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    while (waiting.length > 0) {
      const batch = take();
      const events = batch.map(({ event }) => event);
      await send(events).catch((error: unknown) => tell(error, events));
      for (const { bytes } of batch) waitingBytes -= bytes;
      for (const resolve of atNextBatch.splice(0)) resolve();
    }
    running = null;
  }

  function tell(error: unknown, events: readonly SentEvent[]): void {
    try {
      if (onFailure === undefined) throw error;
      onFailure(error, events);
    } catch (thrown) {
      failure ??= { error: thrown };
    }
  }

  /** The first events, as many as fit in a request. */
  function take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const one of waiting.slice(0, batchMax)) {
      bytes += one.bytes;
      if (count > 0 && bytes > batchBytesMax) break;
      count += 1;
    }
    return waiting.splice(0, count);
  }

  function throwFailure(): void {
    if (failure === null) return;
    const { error } = failure;
    failure = null;
    throw error;
  }

  return { add, flush, [Symbol.asyncDispose]: flush };
}
