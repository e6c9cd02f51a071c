import type { Client } from '../../../src/client/client.ts';
import type { Fault } from './fault.ts';
import type { History } from './history.ts';
import type { Traffic } from './members.ts';

/** Where a journey is read. */
export type JourneySources = [history: History, traffic: Traffic, client: Client];

type Line = { at: number; text: string };

/**
 * The journey of what a fault is about, as text: the requests with its key, the acts that touched it or its destination and
 * connection, ends and starts of the program and steps of its clock, in the order of time, then its attempts as the API shows
 * them.
 */
export async function journeyOf(fault: Fault, ...[history, traffic, client]: JourneySources): Promise<string> {
  const ids = fault.about.filter((id) => id.startsWith('dlv_'));
  const about = new Set(fault.about);
  const attempts: string[] = [];
  for (const id of ids.slice(0, 4)) {
    const found = await client.call('getDelivery', { params: { id } }).catch(() => null);
    if (found == null) continue;
    for (const one of [found.destinationId, found.connectionId, found.replayId, found.replayOf, found.eventId])
      if (one !== null) about.add(one);
    const { status, reason, detail, createdAt, finishedAt, eventId, replayId } = found;
    attempts.push(
      `${id}: ${status} (${reason}, ${detail}), event ${eventId}, replay ${replayId}, created ${createdAt}, finished ${finishedAt}`,
    );
    for (const one of found.attemptLog ?? []) {
      const exchange = one.response?.headers.find(([name]) => name.toLowerCase() === 'x-exchange')?.[1];
      attempts.push(
        `  attempt ${one.number} at ${one.startedAt}, ${Math.round(one.durationMs)} ms: ${one.outcome}, ${one.response?.status ?? one.error?.kind} (request ${exchange ?? 'unknown'}, ${one.records} records, counted ${one.counted})`,
      );
    }
  }
  const lines: Line[] = [];
  const requests = new Set(ids.flatMap((id) => traffic.byKey.get(id) ?? []));
  for (const { arrival, members } of requests) {
    const { at, endedAt, end, answer, place, number, key } = arrival;
    const keys = members.map((one) => one.key).filter((one) => one !== null && about.has(one));
    lines.push({
      at,
      text: `request ${number} to ${place} (${members.length} records, of these ${keys.join(' and ')}; key ${key}): ${answer.kind} ${answer.status}, ${end} at ${endedAt}`,
    });
  }
  for (const { at, until, name, about: own, detail, result } of history.acts)
    if (own.some((id) => about.has(id)))
      lines.push({ at, text: `${name} (${own.join(', ')}; ${detail.slice(0, 300)}): ${result} at ${until}` });
  for (const { startedAt, listeningAt, endedAt, by } of history.lives) {
    lines.push({ at: startedAt, text: `the program starts; it listens at ${listeningAt}` });
    if (by !== null && endedAt !== null) lines.push({ at: endedAt, text: `the program has ended by ${by}` });
  }
  for (const { at, shiftMs } of history.clockShifts)
    lines.push({ at, text: `its clock is the machine's plus ${shiftMs} ms` });
  const sorted = lines.toSorted((a, b) => a.at - b.at).map(({ at, text }) => `${String(at).padStart(10)} ms  ${text}`);
  return [`${fault.guarantee}: ${fault.sentence}`, ...[...sorted, ...attempts].map((line) => `    ${line}`)].join('\n');
}
