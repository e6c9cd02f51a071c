import type { Delivery } from '../../../src/contract/records/delivery.ts';
import type { Fault } from './fault.ts';
import type { Act, Arrival, History, TokenRequest } from './history.ts';
import type { Place } from './setup.ts';
import { settleMs, slackMs, type World, wireMs } from './world.ts';

/** What holds deliveries, for how long, and what ends that. Pure. */
export function heldRightly(world: World): Fault[] {
  return [
    ...changesRelease(world),
    ...deletionsEnd(world),
    ...goneIsPaused(world),
    ...expiry(world),
    ...tokenPauses(world),
  ];
}

/** A saved change, acknowledged, sends what had used up its retries. */
function changesRelease({ history, look, wiring }: World): Fault[] {
  const held = new Map(look.deliveries.filter((one) => one.reason === 'exhausted').map((one) => [one.id, one]));
  const faults: Fault[] = [];
  for (const act of history.acts) {
    if (act.result !== 'ok') continue;
    const still = [...(act.exhausted ?? [])].filter(([id, attempts]) => held.get(id)?.attempts === attempts);
    for (const id of new Set([...still.map(([one]) => one), ...(act.stillExhausted ?? [])]))
      faults.push({
        guarantee: 'a saved change releases what is held',
        sentence: `${id} was exhausted before "${act.name}" at ${act.at} ms, and was so without another attempt afterwards.`,
        about: [id, ...act.about, ...connectionOf(wiring.places, act)],
        unlessSent: act.exhausted?.get(id) ?? 0,
      });
  }
  return faults;
}

const connectionOf = (places: readonly Place[], { about }: Act) =>
  places.filter(({ destinationId }) => about.includes(destinationId)).map(({ connectionId }) => connectionId);

/** A deletion, acknowledged, ends what is held. */
function deletionsEnd({ history, look, wiring }: World): Fault[] {
  return look.deliveries.flatMap(({ id, status, reason, destinationId }) => {
    const deletedAt = wiring.places.find((one) => one.destinationId === destinationId)?.deletedAt ?? null;
    if (status !== 'held' || deletedAt === null || look.at < deletedAt + 2 * settleMs) return [];
    const isDone = history.acts.some(
      (act) => act.name === 'delete a destination' && act.result === 'ok' && act.about.includes(destinationId),
    );
    if (!isDone) return [];
    const sentence = `${id} is held (${reason}), and its destination was deleted.`;
    return [{ guarantee: 'a deletion ends what is held', sentence, about: [id, destinationId] }];
  });
}

const mayEnable = new Set(['turn a destination', 'roll a destination back', 'import']);

/** Nothing is sent to a destination that responded 410 until a person enables it. */
function goneIsPaused({ history, traffic, wiring }: World): Fault[] {
  const faults: Fault[] = [];
  for (const { mix, destinationId } of wiring.places) {
    const own = traffic.arrived.filter(({ arrival }) => arrival.place === mix.id);
    for (const { arrival: gone, members } of own) {
      const [key] = members.flatMap((member) => member.key ?? []);
      if (key === undefined || gone.answer.status !== 410 || !wasRead(gone, history)) continue;
      const pausedAt = (gone.endedAt ?? 0) + settleMs;
      const next = own.find(({ arrival }) => arrival.at > pausedAt)?.arrival;
      if (next === undefined) continue;
      const isEnabled = history.acts.some(
        ({ name, about, at, until }) =>
          mayEnable.has(name) &&
          (name === 'import' || about.includes(destinationId)) &&
          until > gone.at &&
          at < next.at,
      );
      if (isEnabled) continue;
      faults.push({
        guarantee: 'a destination that is gone is paused',
        sentence: `${mix.id} responded 410 to request ${gone.number}, and request ${next.number} was sent to it without a person.`,
        about: [key, destinationId],
        unlessUnread: gone.number,
      });
    }
  }
  return faults;
}

/** The program was there to read the response and to record it. */
function wasRead({ at, end, endedAt }: Pick<Arrival, 'at' | 'end' | 'endedAt'>, { lives }: History): boolean {
  if (end !== 'answered' || endedAt === null) return false;
  return !lives.some(({ endedAt: ended }) => ended !== null && ended > at - slackMs && ended < endedAt + settleMs);
}

/** A held delivery fails when it is older than its connection allows, not before, and is not sent afterwards. */
function expiry(world: World): Fault[] {
  return world.look.deliveries.flatMap((one) => {
    const text = one.reason === 'expired' ? expiredWrongly(one, world) : null;
    return text === null
      ? []
      : [{ guarantee: 'a held delivery expires at its age', sentence: `${one.id} ${text}.`, about: [one.id] }];
  });
}

function expiredWrongly({ id, ...one }: Delivery, { history, traffic, wiring }: World): string | null {
  const place = wiring.places.find(({ destinationId }) => destinationId === one.destinationId);
  const mostMs = place?.system.heldMaxAgeMs ?? null;
  if (mostMs === null) return 'expired, and its connection has no limit';
  const ageMs = Date.parse(one.finishedAt ?? '') - Date.parse(one.createdAt);
  if (!(ageMs >= mostMs)) return `expired after ${ageMs} ms; ${mostMs} ms are allowed`;
  if ((traffic.withKey.get(id)?.length ?? 2) > 1) return null;
  const expiredAt = history.timeOf(one.finishedAt ?? '');
  const later = traffic.byKey.get(id)?.find(({ arrival }) => arrival.at > expiredAt + wireMs)?.arrival;
  return later === undefined
    ? null
    : `expired at ${expiredAt} ms and was sent at ${later.at} ms (request ${later.number})`;
}

/** A token endpoint that failed or asked for a pause gets no request until the pause is over or a person acts. */
function tokenPauses({ history, wiring, look }: World): Fault[] {
  if (history.clockShifts.length > 0) return [];
  const connectionOf = new Map(look.deliveries.map((one) => [one.id, one.connectionId]));
  /** Of a delivery of this connection, or an erased one. */
  const isRetryAt = (name: string, id: string | undefined, connectionId: string) =>
    name === 'retry' && (connectionOf.get(id ?? '') ?? connectionId) === connectionId;
  const faults: Fault[] = [];
  for (const [system, requests] of Map.groupBy(history.tokenRequests, (one) => one.system))
    for (const [at, next] of requests.entries()) {
      const before = requests[at - 1];
      if (before === undefined || !isTooEarly(before, next) || !wasRead({ ...before, end: 'answered' }, history))
        continue;
      const connectionId = wiring.connectionIds[system] ?? '';
      const isAsked = history.acts.some(
        ({ name, about, at: began, until }) =>
          (about.includes(connectionId) || name === 'import' || isRetryAt(name, about[0], connectionId)) &&
          until > before.at &&
          began < next.at,
      );
      if (isAsked) continue;
      faults.push({
        guarantee: 'a token endpoint is left alone while it pauses',
        sentence: `S${system} got a token request at ${next.at} ms, after that at ${before.at} ms, which ended at ${before.endedAt} ms and asked for ${before.pauseMs} ms.`,
        about: [connectionId],
      });
    }
  return faults;
}

const clockMs = 20;

const isTooEarly = ({ pauseMs, endedAt }: TokenRequest, { at }: TokenRequest) =>
  pauseMs !== null && at < (endedAt ?? Number.POSITIVE_INFINITY) + pauseMs - clockMs;
