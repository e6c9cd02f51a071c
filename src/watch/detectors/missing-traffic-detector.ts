import type { Clock } from '../../async/clock.ts';
import type { Statistics, StatisticsResult } from '../../journal/journal.ts';
import type { Configuration } from '../../pipeline/snapshot/snapshot.ts';
import { type Detector, durationText, type Finding, finding, namesIn } from '../finding.ts';
import type { IssueRegistry } from '../issue-registry.ts';
import type { Thresholds } from '../thresholds.ts';

/** Reports actions that usually fire and have stopped. When no events arrive at all, only that is reported. */
export function missingTrafficDetector(options: {
  configuration: Configuration;
  statistics: Pick<Statistics, 'read'>;
  registry: Pick<IssueRegistry, 'active'>;
  clock: Clock;
  limits: Thresholds;
}): Detector {
  const { configuration, statistics, registry, clock } = options;
  const limits = options.limits.silence;
  const names = namesIn(configuration);
  const startedAt = clock.now();

  async function rhythms(kind: 'action' | 'all', follow: 'matched' | 'received', now: number) {
    const read = ({ ms, count }: { ms: number; count: number }) => {
      const to = now - (now % ms);
      return statistics.read({ kind, id: null, stepMs: ms, from: to - (count - 1) * ms, to, follow });
    };
    const [long, short] = await Promise.all([read(baselineSteps.long), read(baselineSteps.short)]);
    const found = new Map<string, TrafficBaseline>();
    const rhythmOf = (id: string) => {
      const rhythm = found.get(id) ?? { long: [], short: zeros(short) };
      found.set(id, rhythm);
      return rhythm;
    };
    for (const { id, series } of long.things) rhythmOf(id).long = series;
    for (const { id, series } of short.things) rhythmOf(id).short = series;
    return found;
  }

  return {
    at: 'actions that stopped firing',
    everyMs: limits.everyMs,
    kinds: ['silent'],
    over: 'Traffic is back, or is no longer usual at this time.',
    async find(now) {
      const upMs = now - startedAt;
      const intake = (await rhythms('all', 'received', now)).get('');
      const stopped = intake === undefined ? null : missingTrafficIn(intake, upMs, limits);
      const found: Finding[] = [];
      if (stopped !== null) found.push(intakeFinding(stopped));
      for (const [id, rhythm] of await rhythms('action', 'matched', now)) {
        if (configuration.snapshot.documents.action.get(id)?.body.status !== 'enabled') continue;
        const silent = actionFinding(id, names.action(id), missingTrafficIn(rhythm, upMs, limits));
        // Missing intake explains new silence of actions; actions that were silent before stay reported.
        if (silent !== null && (stopped === null || registry.active(silent.fingerprint) !== undefined))
          found.push(silent);
      }
      return found;
    },
  };
}

function zeros({ steps }: StatisticsResult): number[] {
  return steps.map(() => 0);
}

function intakeFinding({ quietMs, usually }: MissingTraffic): Finding {
  return finding({
    fingerprint: 'silent intake',
    kind: 'silent',
    severity: 'critical',
    title: 'No events arrive',
    detail: `No event in ${durationText(quietMs)}; at this time there are usually at least ${usually}.`,
    likelyFix:
      'Check Data Collection for rejected requests, and whether the site still sends to this server: tags, network, DNS.',
    cause: { code: 'no_events', values: { quietMs, usually } },
  });
}

function actionFinding(id: string, name: string, silence: MissingTraffic | null): Finding | null {
  if (silence === null) return null;
  return finding({
    fingerprint: `silent ${id}`,
    kind: 'silent',
    severity: 'warning',
    title: `${name} no longer fires`,
    detail: `Did not fire in ${durationText(silence.quietMs)}; at this time it usually fires at least ${silence.usually} times.`,
    likelyFix:
      'Open Events and check whether the expected events still arrive, with the same parameters: a parameter may have a new name or value. Explain shows which rule decides.',
    cause: { code: 'action_silent', values: { subject: name, quietMs: silence.quietMs, usually: silence.usually } },
    actionId: id,
  });
}

/** The number of occurrences in steps of 2 hours and of 15 minutes; the last step of each is the current one. */
type TrafficBaseline = { long: readonly number[]; short: readonly number[] };

/** No occurrence for `quietMs`; `usually` is the lowest count of the periods compared with. */
type MissingTraffic = { quietMs: number; usually: number };

const shortMs = 15 * 60_000;
const longMs = 2 * 3_600_000;
const perDay = 86_400_000 / longMs;
const perHour = 3_600_000 / shortMs;

/** The number of steps that `silenceIn` needs. */
export const baselineSteps = {
  long: { ms: longMs, count: 8 * perDay },
  short: { ms: shortMs, count: 26 * perHour - 1 },
};

/**
 * Whether usual traffic has stopped: it occurred in each of the last 24 hours but not in the hour after them, or it
 * occurred at the same hours of each of the seven days before. Quiet nights and weekends are therefore not reported.
 * `upMs`: how long the server has been running. null: traffic is not missing, or the data does not suffice.
 */
export function missingTrafficIn(
  { long, short }: TrafficBaseline,
  upMs: number,
  limits: Thresholds['silence'],
): MissingTraffic | null {
  return hourly(short, upMs, limits.leastPerHour) ?? daily(long, upMs, limits);
}

function hourly(short: readonly number[], upMs: number, least: number): MissingTraffic | null {
  const present = short.length - 1;
  const quietMs = perHour * shortMs;
  if (upMs < quietMs + shortMs || sum(short, present - perHour, present + 1) > 0) return null;
  const hours = Array.from({ length: 24 }, (_, i) => {
    const end = present - perHour * (i + 1);
    return end < perHour ? 0 : sum(short, end - perHour, end);
  });
  const usually = Math.min(...hours);
  return usually >= least ? { quietMs, usually } : null;
}

function daily(long: readonly number[], upMs: number, limits: Thresholds['silence']): MissingTraffic | null {
  const present = long.length - 1;
  if (long[present] !== 0) return null;
  // Not longer than the steps to compare with.
  const most = Math.min(perDay - 1, Math.floor(upMs / longMs) - 1);
  let steps = 0;
  while (steps < most && long[present - steps - 1] === 0) steps += 1;
  if (steps === 0) return null;
  const days = Array.from({ length: limits.days }, (_, i) => {
    const end = present - perDay * (i + 1);
    return end < steps ? 0 : sum(long, end - steps, end);
  });
  const usually = Math.min(...days);
  return usually >= limits.leastPerDay ? { quietMs: steps * longMs, usually } : null;
}

function sum(series: readonly number[], from: number, to: number): number {
  let total = 0;
  for (let at = from; at < to; at++) total += series[at] ?? 0;
  return total;
}
