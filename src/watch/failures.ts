import type { Clock } from '../async/clock.ts';
import type { DueDelivery } from '../journal/journal.ts';
import type { Step } from '../pipeline/attempt/next-step.ts';
import type { Owners } from '../pipeline/insight/delivery-events.ts';
import type { Configuration } from '../pipeline/snapshot/snapshot.ts';
import { findingOf, foldedFinding, isFailure, isFinal } from './failure-finding.ts';
import { type Finding, namesIn } from './finding.ts';
import type { IssueRegistry } from './issue-registry.ts';
import type { Thresholds } from './thresholds.ts';

/** A failure that may be temporary, and its occurrences since the last success. */
type PossibleIssue = { times: number; since: number; samples: string[]; actionIds: Set<string> };

/**
 * The state of a destination with recent failures. `inRow`: failures since the last success. `issues`: fingerprints
 * of issues that may be active.
 */
type FailureState = { inRow: number; possible: Map<string, PossibleIssue>; issues: Set<string> };

/**
 * Detects failing deliveries. A failure that ends a delivery is an issue at once; a retried one is an issue after
 * several in a row. An issue is resolved after enough successful deliveries in a row.
 */
export function detectFailures(options: {
  registry: IssueRegistry;
  configuration: Configuration;
  clock: Clock;
  limits: Thresholds;
  /** The finding for the hold of a connection, or of a destination alone; null: neither has one. */
  holdFinding(connectionId: string, destinationId: string): Finding | null;
  pausedFinding(destinationId: string, detail: string | null): Finding;
}) {
  const { registry, configuration, clock } = options;
  const limits = options.limits.failing;
  const names = namesIn(configuration);
  const states = new Map<string, FailureState>();

  function stateOf(destinationId: string): FailureState {
    const known = states.get(destinationId) ?? { inRow: 0, possible: new Map(), issues: new Set() };
    states.set(destinationId, known);
    return known;
  }

  function sync() {
    for (const { kind, state, destinationId, fingerprint } of registry.all())
      if (isOurs(kind) && state !== 'resolved' && destinationId !== null)
        stateOf(destinationId).issues.add(fingerprint);
  }

  sync();
  return {
    /** The next step of a delivery is recorded. */
    settled(delivery: DueDelivery, step: Step) {
      const { status } = step.settlement;
      if (status === 'delivered') this.delivered(delivery);
      else if (status !== 'skipped' && status !== 'cancelled') this.failed(delivery, step);
    },

    failed(delivery: DueDelivery, { settlement, auth, pausesDestination }: Step) {
      const { destinationId, connectionId, actionId, id } = delivery;
      const occurrences = { times: 1, samples: [id], actionIds: actionId === null ? [] : [actionId] };
      if (pausesDestination) return registry.see(options.pausedFinding(destinationId, settlement.detail), occurrences);
      const hold = options.holdFinding(connectionId, destinationId);
      // Failures under a hold count as the hold's issue, except when they end the delivery.
      if (hold !== null && !isFinal(settlement)) return registry.see(hold, occurrences);
      if (auth?.kind === 'rejected' || !isFailure(delivery, settlement)) return;
      const known = stateOf(destinationId);
      known.inRow += 1;
      const found = findingOf(delivery, settlement, names, known.inRow >= limits.criticalInRow);
      const isKnown = registry.active(found.fingerprint) !== undefined;
      const finding = isKnown || known.issues.size < limits.perDestination ? found : foldedFinding(found, names);
      const isCertain = isFinal(settlement) || registry.active(finding.fingerprint) !== undefined;
      const possibleIssue = isCertain
        ? null
        : confirmedIssue(known, finding.fingerprint, delivery, clock.now(), options.limits);
      if (!isCertain && possibleIssue === null) return;
      known.issues.add(finding.fingerprint);
      registry.see(
        finding,
        possibleIssue === null ? occurrences : { ...possibleIssue, actionIds: [...possibleIssue.actionIds] },
      );
    },

    delivered({ destinationId, actionId }: Owners) {
      const known = states.get(destinationId);
      if (known === undefined) return;
      const now = clock.now();
      for (const fingerprint of known.issues) {
        const record = registry.active(fingerprint);
        // A template can throw for one action and not for another.
        if (record?.kind === 'template' && record.actionId !== actionId) continue;
        const inRow = record === undefined ? 0 : registry.credit(record);
        const needed = limits.successes * 2 ** Math.min(record?.comebacks ?? 0, limits.doublingsMax);
        if (record !== undefined && (inRow < needed || now - record.lastSeenAt < limits.quietMs)) continue;
        known.issues.delete(fingerprint);
        if (record !== undefined) registry.resolve(record, `${inRow} deliveries in a row succeeded.`);
      }
      if (known.issues.size > 0) {
        known.inRow = 0;
        known.possible.clear();
        return;
      }
      states.delete(destinationId);
    },

    /** Resolves issues that were not seen for a week or whose destination was deleted. */
    resolveOld(now: number) {
      sync();
      const { destination } = configuration.snapshot.documents;
      for (const record of registry.all())
        if (isOurs(record.kind) && registry.isOwn(record) && record.state !== 'resolved') {
          if (record.destinationId !== null && !destination.has(record.destinationId))
            registry.resolve(record, 'Its destination was deleted.');
          else if (now - record.lastSeenAt >= limits.forgottenMs)
            registry.resolve(record, 'It was not seen for a week.');
        }
    },
  };
}

/** Counts a failure and returns it once it was seen often enough for an issue; null before that. */
function confirmedIssue(
  { possible }: FailureState,
  fingerprint: string,
  { id, actionId }: DueDelivery,
  now: number,
  { failing, samplesMax, actionsMax }: Thresholds,
): PossibleIssue | null {
  const known = possible.get(fingerprint);
  if (known === undefined && possible.size >= failing.perDestination) return null;
  const possibleIssue = known ?? { times: 0, since: now, samples: [], actionIds: new Set() };
  possible.set(fingerprint, possibleIssue);
  possibleIssue.times += 1;
  possibleIssue.samples = [...possibleIssue.samples, id].slice(-samplesMax);
  if (actionId !== null && possibleIssue.actionIds.size < actionsMax) possibleIssue.actionIds.add(actionId);
  if (possibleIssue.times < failing.inRow || now - possibleIssue.since < failing.forMs) return null;
  possible.delete(fingerprint);
  return possibleIssue;
}

function isOurs(kind: Finding['kind']): boolean {
  return kind === 'failing' || kind === 'template';
}
