import type { Clock } from '../async/clock.ts';
import { repeated } from '../async/repeated.ts';
import type { Audit } from '../audit/audit.ts';
import type { NewId } from '../contract/ids.ts';
import type { IssueRecord, IssueStore } from '../issues/issues.ts';
import type { Statistics } from '../journal/journal.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { backlogDetector } from './detectors/backlog-detector.ts';
import { expiryDetector } from './detectors/expiring-detector.ts';
import { holdDetector } from './detectors/hold-detector.ts';
import { missingTrafficDetector } from './detectors/missing-traffic-detector.ts';
import { pausedDetector } from './detectors/paused-detector.ts';
import { type Space, storageDetector } from './detectors/storage-detector.ts';
import { detectFailures } from './failures.ts';
import type { Detector, Finding } from './finding.ts';
import { detectHeldExpired } from './held-expired.ts';
import { type IssueRegistry, openIssueRegistry } from './issue-registry.ts';
import { detectLostWrites } from './lost-writes.ts';
import { recentCauses } from './recent-causes.ts';
import { detectRuleErrors } from './rule-errors.ts';
import { type Thresholds, thresholds } from './thresholds.ts';
import { detectUsedIds } from './used-ids.ts';

export type WatchOptions = {
  pipeline: Pick<
    Pipeline,
    'configuration' | 'confirmedNow' | 'doesJobs' | 'events' | 'isFull' | 'ownsConnection' | 'queueStatus'
  >;
  statistics: Pick<Statistics, 'read'>;
  space(): Space;
  issues: IssueStore;
  audit: Pick<Audit, 'entries'>;
  clock: Clock;
  newId: NewId;
  telemetry: Pick<Telemetry, 'failed' | 'issueMoved'>;
  /** How long resolved issues are kept. */
  keptDays(): number;
  limits?: Thresholds;
  /** How often the changes of other nodes are read. Left out: embedded mode. */
  followMs?: number | undefined;
};

export type Watch = Awaited<ReturnType<typeof startWatch>>;

const dayMs = 86_400_000;
/** The time of the last occurrence may be this old while nothing else changes. */
const knownMs = 60_000;

/** Watches a pipeline for problems: detects failures as they happen, all others by checks at intervals. */
export async function startWatch(options: WatchOptions) {
  const { pipeline, clock, telemetry, limits = thresholds } = options;
  const { events } = pipeline;
  const { failed } = telemetry;
  const registry = await openIssueRegistry({
    store: options.issues,
    clock,
    newId: options.newId,
    limits,
    isOwn: (connectionId) => (connectionId === null ? pipeline.doesJobs() : pipeline.ownsConnection(connectionId)),
    causesOf: (record) => recentCauses(options.audit, record),
    noticed: telemetry.issueMoved,
    failed,
  });
  const parts = { ...pipeline, ...options, registry, limits };
  const holds = holdDetector(parts);
  const paused = pausedDetector(parts);
  const failures = detectFailures({
    ...parts,
    holdFinding: holds.findingAt,
    pausedFinding: paused.findingOf,
  });
  const held = detectHeldExpired(parts);
  const usedIds = detectUsedIds(parts);
  const ruleErrors = detectRuleErrors(parts);
  const lostWrites = detectLostWrites(parts);
  const detectors: Detector[] = [
    holds,
    paused,
    expiryDetector(parts),
    backlogDetector(parts),
    missingTrafficDetector(parts),
    storageDetector(parts),
  ];
  const checkedAt = new Map<Detector, number>();
  let round: Promise<void> = Promise.resolve();
  let isStopping = false;

  function attempt(doing: string, work: () => void) {
    try {
      work();
    } catch (error) {
      failed(error, doing);
    }
  }

  /** Never rejects: a failing part is logged, and the others run. */
  async function check() {
    const now = clock.now();
    attempt('check failures', () => failures.resolveOld(now));
    attempt('check deliveries that were held for too long', () => held.resolveQuiet());
    attempt('check events with used ids', () => usedIds.resolveQuiet());
    attempt('check rules that threw', () => ruleErrors.resolveQuiet());
    attempt('check lost writes', () => lostWrites.resolveQuiet());
    attempt('remove old issues', () => registry.tidy((pipeline.confirmedNow() ?? 0) - options.keptDays() * dayMs));
    for (const detector of detectors) {
      if (now - (checkedAt.get(detector) ?? Number.NEGATIVE_INFINITY) < detector.everyMs) continue;
      checkedAt.set(detector, now);
      try {
        const found = await detector.find(now);
        reconcile(registry, detector, found, clock.now());
      } catch (error) {
        failed(error, `check ${detector.at}`);
      }
    }
  }

  function tick() {
    round = round.then(check);
    void round.then(() => {
      if (!isStopping) cancel = clock.after(limits.checkEveryMs, tick);
    });
  }

  const stopObserving = [
    events.on('settled', (delivery, step) => failures.settled(delivery, step)),
    events.on('ended', (of, end, count) => {
      if (end.status === 'failed' && end.reason === 'expired') held.expired(of, count);
    }),
    events.on('usedIds', (collectorId, count) => usedIds.found(collectorId, count)),
    events.on('ruleThrew', (faults) => ruleErrors.threw(faults)),
    events.on('writesLost', (lost) => lostWrites.lost(lost)),
    events.on('holdsMoved', (destinationIds) => holds.report(destinationIds, registry)),
  ];
  let cancel = clock.after(0, tick);
  const { followMs } = options;
  const following =
    followMs === undefined
      ? null
      : repeated(clock, followMs, registry.follow, (error) => failed(error, 'follow the issues of other nodes'));
  return {
    registry,
    /** Reads what other nodes have stored; embedded mode has none. */
    refresh: following === null ? async () => {} : registry.follow,
    /** How many issues are open or acknowledged. */
    openCount: () =>
      Array.from(registry.all()).filter(({ state }) => state === 'open' || state === 'acknowledged').length,
    async [Symbol.asyncDispose]() {
      isStopping = true;
      for (const stop of stopObserving) stop();
      cancel();
      await following?.[Symbol.asyncDispose]();
      await round;
      await registry[Symbol.asyncDispose]();
    },
  };
}

/**
 * Compares what a detector found with the active issues of its kinds that this node finds: opens new ones, and ceases those not
 * found.
 */
function reconcile(
  registry: IssueRegistry,
  { kinds, over }: Detector,
  findings: readonly Finding[],
  now: number,
): void {
  const found = new Set(findings.map(({ fingerprint }) => fingerprint));
  for (const finding of findings.filter(registry.isOwn)) {
    const known = registry.active(finding.fingerprint);
    if (known === undefined || isNews(known, finding, now))
      registry.see(finding, { samples: [], actionIds: [], times: known === undefined ? 1 : 0 });
  }
  for (const record of registry.all())
    if (kinds.includes(record.kind) && registry.isOwn(record) && !found.has(record.fingerprint))
      registry.ceased(record, over);
}

/** Whether the finding changes the issue enough to write it. */
function isNews(known: IssueRecord, finding: Finding, now: number): boolean {
  const isSame = known.detail === finding.detail && known.title === finding.title;
  const isWorse = known.severity === 'warning' && finding.severity === 'critical';
  return !isSame || known.isResolved || isWorse || now - known.lastSeenAt >= knownMs;
}
