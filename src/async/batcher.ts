/**
 * Collects single requests into batches: requests that arrive while a batch is running, or in the same turn of the
 * event loop, are sent together. `run` returns results in order; when it rejects, every request of that batch is
 * rejected.
 */
export function batcher<Ask, Answer>(options: {
  run(asks: Ask[]): Promise<readonly Answer[]>;
  /** Requests in one batch, at most. */
  size: number;
  /** Batches that run at once, at most. */
  outstanding: number;
}): (ask: Ask) => Promise<Answer> {
  type Waiting = { ask: Ask; resolve(answer: Answer): void; reject(error: unknown): void };
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
      const answers = await options.run(batch.map((one) => one.ask));
      for (const [index, one] of batch.entries()) one.resolve(answers[index] as Answer); // `run` returns one for each
    } catch (error) {
      for (const one of batch) one.reject(error);
    } finally {
      away -= 1;
      schedule();
    }
  }

  return (ask) =>
    new Promise((resolve, reject) => {
      waiting.push({ ask, resolve, reject });
      schedule();
    });
}

/** Runs at most `outstanding` requests at once; further ones wait in order. */
export function limited<Ask, Answer>(outstanding: number, run: (ask: Ask) => Promise<Answer>) {
  return batcher<Ask, Answer>({ size: 1, outstanding, run: (asks) => Promise.all(asks.map(run)) });
}
