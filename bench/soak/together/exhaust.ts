import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError } from '../../../src/client/client.ts';
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
  const { draw, place, systems, program, mix, history, memory } = doing;
  if (place.deletedAt !== null) return;
  const { retry, breaker } = place.system.connection.settings ?? {};
  const once = { retry: { scheduleMs: [0] }, breaker: { minimum: 1_000, failureRatio: 1 } };
  const { auth } = place.system;
  const body = {
    status: 'enabled',
    settings: once,
    ...(auth !== 'none' && { auth: systems.authOf(place.mix.system) }),
  };
  systems.fail(place.mix.id, draw.pick([500, 502, 408, 429]));
  try {
    await untilAnswered(doing, async (now) => {
      await changeConnection(now, 'give one attempt', body);
      await change(now, 'turn a destination', { status: 'enabled' });
      await sendMany(now);
    });
    const before = await untilExhausted(doing);
    const now = { ...doing, client: await program.client() };
    const name = 'change after exhaustion';
    if (draw.chance(0.3)) await change(now, name, { description: `Corrected at ${draw.next()}` });
    else if (draw.chance(0.5)) await change(now, name, { template: templateOf(++memory.versions) });
    else await changeConnection(now, name, { settings: { retry: { scheduleMs: [0, 50] } } });
    const act = history.acts.at(-1);
    if (mix.kills || mix.stops) await program.restart(mix.kills ? 'SIGKILL' : 'SIGTERM');
    if (act !== undefined) act.stillExhausted = await unreleased(doing, before);
  } finally {
    systems.fail(place.mix.id, null);
    await untilAnswered(doing, (now) => changeConnection(now, 'give more attempts', { settings: { retry, breaker } }));
  }
}

/** Again when the program ends before it is done. */
async function untilAnswered(doing: Doing, call: (now: Doing) => Promise<void>): Promise<void> {
  for (let left = 5; ; left--)
    try {
      return await call({ ...doing, client: await doing.program.client() });
    } catch (error) {
      if (!(error instanceof ClientError) || error.status > 0 || left === 0) throw error;
    }
}

/** Events for an action that sends to the place. */
async function sendMany({ client, draw, place: { destinationId }, senders, wiring }: Doing): Promise<void> {
  const { data } = await client.call('listActions', { query: { destinationId } });
  const names = wiring.actions.filter(({ id }) => data.some((one) => one.id === id));
  if (names.length === 0) return;
  const { name } = draw.pick(names);
  for (let left = draw.pick([1, 2, 5]); left > 0; left--) await senders.burst(name, eventsAtOnce);
}

/** The exhausted deliveries of the place when they are no longer becoming more. */
async function untilExhausted({ place: { destinationId }, program }: Doing): Promise<Map<string, number>> {
  const until = performance.now() + exhaustMs;
  for (let known = -1; ; ) {
    const now = await exhaustedAt(await program.client(), { destinationId }).catch(() => new Map<string, number>());
    if (performance.now() > until || (now.size > 0 && now.size === known)) return now;
    known = now.size;
    await sleep(300);
  }
}

/** Those that are exhausted still, without another attempt. */
async function unreleased({ place: { destinationId }, program }: Doing, before: ReadonlyMap<string, number>) {
  for (const until = performance.now() + releaseMs; ; ) {
    const now = await exhaustedAt(await program.client(), { destinationId }).catch(() => before);
    const left = [...before].filter(([id, attempts]) => now.get(id) === attempts).map(([id]) => id);
    if (left.length === 0 || performance.now() > until) return left;
    await sleep(200);
  }
}
