import { setTimeout } from 'node:timers/promises';
import { Agent, request } from 'undici';

/** One request of the load: the numbers of its events and, once acknowledged, their ids. */
export type Sent = { numbers: number[]; ids: string[] | null };

export type Load = {
  readonly sent: readonly Sent[];
  /** Responses other than 200 and 503: there should be none. */
  readonly odd: readonly string[];
  /** Whether they send; not after a connection failed. */
  readonly isAimed: boolean;
  /** Points the senders at a running server; with null they wait. */
  aim(intakeUrl: string | null): void;
  /** Ends when the requests in flight have finished or failed. */
  stop(): Promise<void>;
};

export const visitors = 40;

const eventOf = (n: number) => ({ 'wt.ev': 'tick', 'wt.dcsvid': `v${n % visitors}`, n, text: `event ${n} ü` });

/** After a 503, in ms. */
const refusedMs = 50;

/** Endless events from a few senders, single ones and batches in turn; each event carries its own number as `n`. */
export function startLoad({
  senders,
  batchMax,
  random,
  perSecondMax = Number.POSITIVE_INFINITY,
}: {
  senders: number;
  batchMax: number;
  random: () => number;
  /** Events of all senders. */
  perSecondMax?: number;
}): Load {
  const agent = new Agent({ connections: senders });
  const sent: Sent[] = [];
  const odd: string[] = [];
  let next = 0;
  let isStopping = false;
  let target: string | null = null;
  let aimed = Promise.withResolvers<void>();

  async function send(url: string, count: number) {
    const one: Sent = { numbers: Array.from({ length: count }, () => next++), ids: null };
    sent.push(one);
    try {
      const answer = await request(url, {
        method: 'POST',
        dispatcher: agent,
        body: JSON.stringify({ events: one.numbers.map(eventOf) }),
      });
      const text = await answer.body.text();
      if (answer.statusCode === 200) one.ids = JSON.parse(text).ids;
      else if (answer.statusCode === 503) await setTimeout(refusedMs);
      else odd.push(`${answer.statusCode} ${text}`);
    } catch {
      // Interrupted: as for any client, it is unknown whether the events were stored.
      if (target === url) aim(null);
    }
  }

  async function run() {
    while (!isStopping) {
      if (target === null) await aimed.promise;
      else {
        const count = random() < 0.5 ? 1 : 1 + Math.floor(random() * batchMax);
        await Promise.all([send(target, count), setTimeout((count * senders * 1_000) / perSecondMax)]);
      }
    }
  }

  function aim(url: string | null) {
    target = url;
    if (url !== null) {
      aimed.resolve();
      aimed = Promise.withResolvers<void>();
    }
  }

  const running = Array.from({ length: senders }, run);
  return {
    sent,
    odd,
    get isAimed() {
      return target !== null;
    },
    aim,
    async stop() {
      isStopping = true;
      aimed.resolve();
      await Promise.all(running);
      await agent.close();
    },
  };
}
