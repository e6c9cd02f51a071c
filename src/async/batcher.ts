/**
 * Collects single requests into batches: requests that arrive while a batch is running, or in the same turn of the
 * event loop, are sent together. `run` returns results in order; when it rejects, every request of that batch is
 * rejected.
 */
export function batcher<Request, Result>(options: {
  run(requests: Request[]): Promise<readonly Result[]>;
  /** Requests in one batch, at most. */
  size: number;
  /** Batches that run at once, at most. */
  outstanding: number;
}): (request: Request) => Promise<Result> {
  type Waiting = { request: Request; resolve(result: Result): void; reject(error: unknown): void };
  const waiting: Waiting[] = [];
  let away = 0;
  let scheduled = false;

  function schedule() {
    if (scheduled || waiting.length === 0 || away >= options.outstanding) return;
    scheduled = true;
    setImmediate(send);
  }

  async function send() {
    scheduled = false;
    const batch = waiting.splice(0, options.size);
    away += 1;
    schedule();
    try {
      const results = await options.run(batch.map((one) => one.request));
      for (const [index, one] of batch.entries()) one.resolve(results[index] as Result); // `run` returns one for each
    } catch (error) {
      for (const one of batch) one.reject(error);
    } finally {
      away -= 1;
      schedule();
    }
  }

  return (request) =>
    new Promise((resolve, reject) => {
      waiting.push({ request, resolve, reject });
      schedule();
    });
}

/** Runs at most `outstanding` requests at once; further ones wait in order. */
export function limited<Request, Result>(outstanding: number, run: (request: Request) => Promise<Result>) {
  return batcher<Request, Result>({ size: 1, outstanding, run: (requests) => Promise.all(requests.map(run)) });
}
