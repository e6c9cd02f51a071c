import type { Clock } from '../../async/clock.ts';
import type { Journal, StatisticsAnswer } from '../../journal/journal.ts';
import type { Configuration } from '../../pipeline/snapshot/snapshot.ts';
import { type Detector, durationText, type Finding, finding, namesIn } from '../finding.ts';
import type { IssueRegistry } from '../issue-registry.ts';
import type { Thresholds } from '../thresholds.ts';
import { baselineSteps, type MissingTraffic, missingTrafficIn, type TrafficBaseline } from './missing-traffic.ts';

/** Reports actions that usually fire and have stopped. When no events arrive at all, only that is reported. */
export function missingTrafficDetector(options: {
  configuration: Configuration;
  statistics: Pick<Journal['statistics'], 'read'>;
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

function zeros({ steps }: StatisticsAnswer): number[] {
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
