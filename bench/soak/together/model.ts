import type { Fault } from './fault.ts';
import { heldRightly } from './held.ts';
import type { Act, History, Sent } from './history.ts';
import { type Arrived, type Member, nameOf, orderOf, type Traffic } from './members.ts';
import type { Place } from './setup.ts';
import { settleMs, slackMs, type World, wireMs } from './world.ts';

/**
 * What may have arrived at each system, how often and in which order, and what must have: compares the requests with what
 * was sent, and with what people did. Pure.
 */
export function model(world: World): Fault[] {
  return [
    ...storedOnce(world),
    ...planned(world),
    ...arrivedOnly(world),
    ...sameBytes(world),
    ...inOrder(world),
    ...onceWithoutCause(world),
    ...unknownWaits(world),
    ...cancelledStays(world),
    ...deliveredArrived(world),
    ...heldRightly(world),
  ];
}

/** Every event has one id, also when its request was repeated. */
function storedOnce({ history, traffic }: World): Fault[] {
  const ids = new Map<number, Set<string>>();
  const note = (n: number, id: string) => ids.set(n, (ids.get(n) ?? new Set()).add(id));
  for (const { ids: own, numbers } of history.sent)
    for (const [at, id] of (own ?? []).entries()) note(numbers[at] ?? -1, id);
  for (const { arrival } of traffic.arrived) for (const { n, event } of arrival.records) note(n, event);
  return [...ids].flatMap(([n, some]) =>
    some.size === 1
      ? []
      : [
          {
            guarantee: 'an event is stored once',
            sentence: `Event ${n} is stored as ${[...some].join(' and ')}.`,
            about: [...some],
          },
        ],
  );
}

/** Each acknowledged event has one delivery for each destination of the actions that it is for. */
function planned({ history, wiring, traffic }: World): Fault[] {
  const faults: Fault[] = [];
  for (const sent of history.sent) {
    if (sent.ids === null) continue;
    for (const [at, event] of sent.ids.entries()) {
      if (history.erased.has(sent.visitors[at] ?? '')) continue;
      for (const { name } of wiring.actions) {
        const { must, may } = sent.actions[at]?.includes(name) ? plansOf(name, sent, history) : nowhere;
        for (const { destinationId } of wiring.places) {
          const own = traffic.originals.get(nameOf(event, name, destinationId)) ?? [];
          const text = `Event ${sent.numbers[at]} (${event}) has ${own.length} deliveries by ${name} to ${destinationId}`;
          const about = [event, ...own.map(({ id }) => id)];
          if (own.length === 0 && must.has(destinationId))
            faults.push({ guarantee: 'nothing acknowledged is lost', sentence: `${text}.`, about });
          if (own.length > 1 || (own.length === 1 && !may.has(destinationId)))
            faults.push({ guarantee: 'nothing is planned twice', sentence: `${text}.`, about });
        }
      }
    }
  }
  return faults;
}

const nowhere = { must: new Set<string>(), may: new Set<string>() };

/** The destinations of an action that an event must have been planned for, and those that it may have been. */
function plansOf(action: string, { at, until }: Sent, { plans, lives }: History) {
  const restart = lives.find(({ startedAt }) => startedAt > at && startedAt < until + settleMs);
  const end = Math.max(until + settleMs, (restart?.listeningAt ?? 0) + settleMs);
  const own = plans.filter((plan) => plan.action === action);
  const valid = own.filter((plan, index) => {
    const isOver = own.slice(index + 1).some(({ sureAt }) => sureAt < at);
    return plan.at <= end && !isOver;
  });
  const may = new Set(valid.flatMap(({ destinations }) => [...destinations]));
  return { may, must: new Set([...may].filter((id) => valid.every(({ destinations }) => destinations.has(id)))) };
}

/** Nothing arrives that was not sent, nor at a place that it is not for. */
function arrivedOnly({ history, traffic }: World): Fault[] {
  const known = new Set(history.sent.flatMap(({ numbers }) => numbers));
  return traffic.arrived.flatMap(({ arrival }) => {
    const strange = arrival.records.filter(({ n }) => !known.has(n));
    if (strange.length === 0 && arrival.key !== '') return [];
    const sentence = `Request ${arrival.number} to ${arrival.place} has the events ${strange.map(({ n }) => n)} and the key "${arrival.key}".`;
    return [{ guarantee: 'nothing arrives that was never sent', sentence, about: [] }];
  });
}

/** Requests with the same key have the same bytes, unless a person asked for a new render. */
function sameBytes({ history, traffic }: World): Fault[] {
  const rendered = new Set(
    history.acts.filter(({ detail }) => detail.includes('rendered again')).flatMap(({ about }) => about),
  );
  const faults: Fault[] = [];
  for (const [key, some] of Map.groupBy(traffic.arrived, ({ arrival }) => arrival.key)) {
    const digests = new Set(some.map(({ arrival }) => arrival.digest));
    if (digests.size === 1) continue;
    const keys = some.flatMap(({ members }) => members.map((one) => one.key));
    if (keys.some((one) => one === null || rendered.has(one) || traffic.shared.has(one))) continue;
    // One that was held in between, and interrupted before its body was stored, is rendered by the versions of that time.
    if (history.lives.some(({ by, endedAt }) => by !== null && isWithin(endedAt ?? 0, some))) continue;
    const sentence = `Requests ${some.map(({ arrival }) => arrival.number).join(', ')} have the key ${key} and different bytes.`;
    faults.push({ guarantee: 'a repetition has the same bytes', sentence, about: keys.flatMap((one) => one ?? []) });
  }
  return faults;
}

const isWithin = (at: number, some: readonly Arrived[]) =>
  at > (some[0]?.arrival.at ?? 0) && at < (some.at(-1)?.arrival.at ?? 0);

/**
 * Deliveries of one ordering key: no earlier one is sent after a later one, and no later one begins while the response to
 * an earlier one is still to come.
 */
function inOrder(world: World): Fault[] {
  return world.wiring.places.flatMap((place) => {
    const { orderBy, id } = place.mix;
    if (orderBy === null) return [];
    const own = world.traffic.arrived.filter(({ arrival }) => arrival.place === id);
    const lines = new Map<string, Step[]>();
    for (const { arrival, members } of own)
      for (const [value, some] of Map.groupBy(members, ({ record }) =>
        orderBy === 'visitor' ? record.visitor : record.value,
      )) {
        const known = lines.get(value) ?? [];
        lines.set(value, known);
        known.push({ arrival, members: some });
      }
    return [...lines.values()].flatMap((steps) => lineFaults(world, place, steps));
  });
}

type Step = { arrival: Arrived['arrival']; members: readonly Member[] };

function lineFaults({ history, traffic }: World, place: Place, steps: readonly Step[]): Fault[] {
  const faults: Fault[] = [];
  const failures = new Map<string, number>();
  /** The latest delivery that was sent so far, by its number. */
  let latest: { number: number; step: Step; key: string } | null = null;
  let before: Step | null = null;
  for (const step of steps) {
    const keys = step.members.flatMap(({ key }) => key ?? []).filter((key) => traffic.withKey.has(key));
    for (const key of keys) {
      const isFree = isOutOfLine(key, place, history, traffic, failures.get(key) ?? 0);
      if (
        latest !== null &&
        orderOf(key) < latest.number &&
        !isFree &&
        !has(latest.step, key) &&
        !isOutOfLine(latest.key, place, history, traffic, 0)
      )
        faults.push({
          guarantee: 'order by key',
          sentence: `At ${place.mix.id}, ${key} was sent (request ${step.arrival.number}) after ${latest.key} of its key (request ${latest.step.arrival.number}), which is later.`,
          about: [key, latest.key],
        });
      const waited = before === null ? [] : before.members.flatMap((one) => one.key ?? []);
      const open = waited.find(
        (one) =>
          one !== key &&
          orderOf(one) < orderOf(key) &&
          !isOutOfLine(one, place, history, traffic, failures.get(one) ?? 0),
      );
      if (
        before !== null &&
        open !== undefined &&
        !isFree &&
        isOpenAt(before.arrival, step.arrival.at, history) &&
        !has(step, open)
      )
        faults.push({
          guarantee: 'order by key',
          sentence: `At ${place.mix.id}, ${key} was sent (request ${step.arrival.number}) before the response to ${open} of its key (request ${before.arrival.number}).`,
          about: [open, key],
        });
    }
    for (const key of keys) {
      if (step.arrival.answer.status !== 200 || step.arrival.end !== 'answered' || step.arrival.answer.items?.size)
        failures.set(key, (failures.get(key) ?? 0) + 1);
      if (latest === null || orderOf(key) > latest.number) latest = { number: orderOf(key), step, key };
    }
    before = step;
  }
  return faults;
}

const has = ({ members }: Step, key: string) => members.some((one) => one.key === key);

/** The response was written later, and the program was there to read it. */
const isOpenAt = ({ at, endedAt, end, answer }: Arrived['arrival'], time: number, { lives }: History) =>
  end === 'answered' &&
  time > at + 1 &&
  (endedAt ?? 0) > time + 1 &&
  answer.delayMs < 200 &&
  !lives.some(({ endedAt: ended }) => ended !== null && ended > at && ended < time);

/** Whether a delivery need not keep the order: a person or a replay sends it again, it was cancelled, or released. */
function isOutOfLine(
  key: string,
  { mix, destinationId }: Place,
  { actsAbout }: History,
  traffic: Traffic,
  failures: number,
): boolean {
  const own = traffic.withKey.get(key) ?? [];
  if (
    own.length !== 1 ||
    own.some(
      ({ replayId, eventId, actionId }) =>
        replayId !== null || traffic.replayed.has(nameOf(eventId, actionId, destinationId)),
    )
  )
    return true;
  if (mix.releaseAfter !== null && failures >= 1) return true;
  return actsAbout(key).some(({ name, isAgain }) => name === 'cancel' || (name === 'retry' && isAgain === true));
}

/** A delivered record arrives again only by a crash, a time limit, or a person. */
function onceWithoutCause({ history, traffic }: World): Fault[] {
  const faults: Fault[] = [];
  for (const [key, some] of traffic.byKey) {
    const taken = some.filter(({ arrival, members }) =>
      isTaken(
        arrival,
        members.find((one) => one.key === key),
      ),
    );
    for (const [at, second] of taken.entries()) {
      const first = taken[at - 1];
      if (first === undefined || hasCause(key, first, second, history, traffic)) continue;
      faults.push({
        guarantee: 'a delivered record is sent once',
        sentence: `At ${second.arrival.place}, ${key} was accepted twice without a cause: requests ${first.arrival.number} and ${second.arrival.number}.`,
        about: [key],
        unlessUnread: first.arrival.number,
      });
      break;
    }
  }
  return faults;
}

/** The system accepted it, and the program was there to read that in time. */
function isTaken({ answer, end }: Arrived['arrival'], member: Member | undefined): boolean {
  if (end !== 'answered' || answer.status !== 200 || member === undefined) return false;
  return answer.items === null || answer.items.get(member.record.n) === 'ok';
}

function hasCause(
  key: string,
  { arrival: first }: Arrived,
  { arrival: second }: Arrived,
  history: History,
  traffic: Traffic,
): boolean {
  const own = traffic.withKey.get(key) ?? [];
  if (own.length !== 1) return true; // a replay kept the key, or it was erased
  const isLost = history.lives.some(
    ({ endedAt }) =>
      endedAt !== null &&
      endedAt > first.at - slackMs &&
      endedAt < second.at &&
      endedAt < (first.endedAt ?? 0) + settleMs,
  );
  return (
    isLost ||
    history.actsAbout(key).some(({ name, until, at }) => name === 'retry' && until > first.at && at < second.at)
  );
}

/** With `onTimeout: hold`, what got no response, or none in time, is sent again only when a person says so. */
function unknownWaits({ history, traffic, wiring }: World): Fault[] {
  const faults: Fault[] = [];
  const cautious = wiring.places.filter(({ mix }) => mix.holdsUnknown);
  for (const [key, some] of traffic.byKey)
    for (const [at, { arrival }] of some.entries()) {
      const place = cautious.find(({ mix }) => mix.id === arrival.place);
      const next = some[at + 1]?.arrival;
      if (place === undefined || next === undefined || !isUnknown(arrival, history)) continue;
      if (traffic.withKey.get(key)?.length !== 1) continue;
      const acts = [...history.actsAbout(key), ...history.actsAbout(place.connectionId)];
      const asked = acts.some((act) => isAsking(act, key, place) && act.until > arrival.at && act.at < next.at);
      if (asked) continue;
      faults.push({
        guarantee: 'an unknown outcome waits for a person',
        sentence: `At ${arrival.place}, request ${arrival.number} of ${key} got no whole response, and request ${next.number} sent it again without a person.`,
        about: [key],
      });
      break;
    }
  return faults;
}

/** Acts by which a person sends what is held: also a replay of what is held, and a release of the connection. */
const isAsking = ({ name, about }: Act, key: string, { connectionId }: Place) =>
  (name === 'retry' && about.includes(key)) || (name === 'release' && about.includes(connectionId));

/** The program can't know whether the system took it, and noticed that itself: it did not end before. */
function isUnknown({ answer, end, at, endedAt }: Arrived['arrival'], { lives }: History): boolean {
  const isSilent = answer.kind === 'reset' || (answer.kind === 'hang' && end === 'cut');
  if (!isSilent || endedAt === null) return false;
  return !lives.some(({ endedAt: ended }) => ended !== null && ended > at - slackMs && ended < endedAt + settleMs);
}

/** A cancelled delivery is not sent after the response to the cancellation, unless a person retries it. */
function cancelledStays({ history, traffic }: World): Fault[] {
  return history.acts.flatMap((act) => {
    const [id = ''] = act.about;
    if (act.name !== 'cancel' || act.result !== 'ok' || (traffic.withKey.get(id)?.length ?? 2) > 1) return [];
    const after = traffic.byKey.get(id)?.filter(({ arrival }) => arrival.at > act.until) ?? [];
    const inFlight = act.wasSending === true ? inFlightOf(after, act.until, history) : [];
    const later = after.find((one) => !inFlight.includes(one) && one.arrival.at > act.until + wireMs)?.arrival;
    if (later === undefined) return [];
    const isRetried = history
      .actsAbout(id)
      .some((one) => one.name === 'retry' && one.until > act.at && one.at < later.at);
    if (isRetried) return [];
    const sentence = `${id} was cancelled at ${act.until} ms and sent at ${later.at} ms (request ${later.number}).`;
    return [{ guarantee: 'a cancelled delivery is not sent', sentence, about: [id] }];
  });
}

/** The request that was in flight at a time, and with OAuth the one that repeats it with a new token: of the same process. */
function inFlightOf(after: readonly Arrived[], time: number, { lives }: History): readonly Arrived[] {
  const end = lives.find(({ endedAt }) => endedAt !== null && endedAt > time)?.endedAt ?? Number.POSITIVE_INFINITY;
  const [first, second] = after.filter(({ arrival }) => arrival.at < end + slackMs);
  return [first, ...(first?.arrival.answer.status === 401 ? [second] : [])].flatMap((one) => one ?? []);
}

/** What is delivered was accepted by its system. */
function deliveredArrived({ traffic }: World): Fault[] {
  // The head of a response that broke off said that it was accepted.
  const isAccepted = ({ arrival }: Arrived, member: Member) =>
    arrival.answer.kind === 'reset in the body' || isTaken({ ...arrival, end: 'answered' }, member);
  const faults: Fault[] = [];
  for (const [key, some] of traffic.withKey)
    for (const { id, status, eventId } of some) {
      if (status !== 'delivered') continue;
      const sent = [...(traffic.byKey.get(key) ?? []), ...(traffic.unknown.get(eventId ?? '') ?? [])];
      const isOwn = (member: Member) => member.key === key || (member.key === null && member.record.event === eventId);
      if (sent.some((one) => one.members.some((member) => isOwn(member) && isAccepted(one, member)))) continue;
      const sentence = `${id} is delivered, and no system accepted it (key ${key}).`;
      faults.push({ guarantee: 'what is delivered has arrived', sentence, about: [id] });
    }
  return faults;
}
