import { setTimeout as sleep } from 'node:timers/promises';
import { change, changeConnection, type Doing, exhaustedAt } from './acts.ts';
import { releaseMs } from './after.ts';
import { templateOf } from './mix.ts';

const eventsAtOnce = 50;
/** How long deliveries may take to use up their only attempt. */
const exhaustMs = 3_000;

/**
 * A place fails and its deliveries have one attempt, so that many are exhausted; then the place or its connection is changed,
 * and the program ends right after its response. Notes which of them are not sent again nevertheless.
 */
export async function exhaustAndChange(doing: Doing): Promise<void> {
  const { client, draw, place, systems, program, mix, history } = doing;
  if (place.deletedAt !== null) return;
  const { destinationId, system } = place;
  const { retry, breaker } = system.connection.settings ?? {};
  const settings = { retry: { scheduleMs: [0] }, breaker: { minimum: 1_000, failureRatio: 1 } };
  await changeConnection(doing, 'give one attempt', { settings });
  try {
    const before = await exhaustMany(doing);
    const body = draw.pick([
      { description: `Corrected at ${draw.next()}` },
      { template: templateOf(++doing.memory.versions) },
    ]);
    const name = 'change after exhaustion';
    if (draw.chance(0.5)) await change(doing, name, body);
    else await changeConnection(doing, name, { settings: { retry: { scheduleMs: [0, 50] } } });
    const act = history.acts.at(-1);
    if (mix.kills || mix.stops) await program.restart(mix.kills ? 'SIGKILL' : 'SIGTERM');
    if (act !== undefined) act.stillExhausted = await unreleased(doing, before);
  } finally {
    systems.fail(place.mix.id, null);
    // Interrupted, the connection keeps its single attempt.
    await changeConnection({ ...doing, client: await program.client() }, 'give more attempts', {
      settings: { retry, breaker },
    });
  }

  async function exhaustMany({ senders, wiring }: Doing) {
    const { data } = await client.call('listActions', { query: { destinationId } });
    const names = wiring.actions.filter(({ id }) => data.some((one) => one.id === id));
    systems.fail(place.mix.id, draw.pick([500, 502, 408, 429]));
    if (names.length > 0)
      for (let left = draw.pick([1, 2, 5]); left > 0; left--) await senders.burst(draw.pick(names).name, eventsAtOnce);
    const until = performance.now() + exhaustMs;
    for (let known = -1; ; ) {
      const now = await exhaustedAt(client, { destinationId });
      if (performance.now() > until || (now.size > 0 && now.size === known)) return now;
      known = now.size;
      await sleep(300);
    }
  }
}

/** Those that are exhausted still, without another attempt. */
async function unreleased({ place, program }: Doing, before: ReadonlyMap<string, number>): Promise<string[]> {
  const { destinationId } = place;
  for (const until = performance.now() + releaseMs; ; ) {
    const now = await exhaustedAt(await program.client(), { destinationId });
    const left = [...before].filter(([id, attempts]) => now.get(id) === attempts).map(([id]) => id);
    if (left.length === 0 || performance.now() > until) return left;
    await sleep(200);
  }
}
