/** Sends a request with events; returns its status, or the code of the error that ended it. */
type Post = (body: string) => Promise<number | string>;

export type Senders = {
  /** How often each status was met. */
  readonly statuses: ReadonlyMap<number | string, number>;
  /** Ids of the events that were answered 200. */
  readonly taken: ReadonlySet<string>;
  /** Ids of the events that were given up after 100 tries. */
  readonly givenUp: readonly string[];
  end(): Promise<void>;
};

const triesMax = 100;

/** Four senders, each with one event after the other: an event that is not answered 200 is sent again. */
export function startSenders(post: Post): Senders {
  const statuses = new Map<number | string, number>();
  const taken = new Set<string>();
  const givenUp: string[] = [];
  let isOver = false;

  async function send(id: string): Promise<void> {
    const body = JSON.stringify({ events: [{ 'wt.ev': 'View', messageId: id }] });
    for (let tries = 0; tries < triesMax; tries++) {
      const status = await post(body);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status === 200) return void taken.add(id);
    }
    givenUp.push(id);
  }

  const sending = Array.from({ length: 4 }, async (_, sender) => {
    for (let i = 0; !isOver; i++) await send(`${sender}-${i}`);
  });
  return {
    statuses,
    taken,
    givenUp,
    async end() {
      isOver = true;
      await Promise.all(sending);
    },
  };
}
