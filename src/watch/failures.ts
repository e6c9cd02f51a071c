import type { Clock } from '../async/clock.ts';
import type { DueDelivery } from '../journal/journal.ts';
import type { Step } from '../pipeline/attempt/next-step.ts';
import type { Owners } from '../pipeline/insight/delivery-events.ts';
import type { Configuration } from '../pipeline/snapshot/snapshot.ts';
import { findingOf, foldedOf, isFailure, isFinal } from './failure-finding.ts';
import type { Finding } from './finding.ts';
import type { IssueBook } from './issue-registry.ts';
import { namesIn } from './places.ts';
import type { Thresholds } from './thresholds.ts';

/** A failure that may pass by itself, and how often it was seen since the last success. */
type Suspicion = { times: number; since: number; samples: string[]; actionIds: Set<string> };

/** What is known of a destination that did not work lately. `issues`: fingerprints of those that may be active. */
type Place = { inRow: number; suspicions: Map<string, Suspicion>; issues: Set<string> };

/**
 * Detects deliveries that fail: what ends one is an issue at once, what is tried again after some in a row. An issue is
 * over after enough deliveries in a row went well.
 */
export function detectFailures(options: {
  book: IssueBook;
  configuration: Configuration;
  clock: Clock;
  limits: Thresholds;
  /** What a connection's closed gate is as an issue; null: it is open. */
  gateFinding(connectionId: string): Finding | null;
  pausedFinding(destinationId: string, detail: string | null): Finding;
}) {
  const { book, configuration, clock } = options;
  const limits = options.limits.failing;
  const names = namesIn(configuration);
  const places = new Map<string, Place>();

  function placeOf(destinationId: string): Place {
    const known = places.get(destinationId) ?? { inRow: 0, suspicions: new Map(), issues: new Set() };
    places.set(destinationId, known);
    return known;
  }

  /** Whether it was seen often enough by now; then it is suspected no more. */
  function suspect(place: Place, fingerprint: string, { id, actionId }: DueDelivery): Suspicion | null {
    const now = clock.now();
    const known = place.suspicions.get(fingerprint);
    const suspicion = known ?? { times: 0, since: now, samples: [], actionIds: new Set() };
    if (known === undefined && place.suspicions.size >= limits.perDestination) return null;
    place.suspicions.set(fingerprint, suspicion);
    suspicion.times += 1;
    suspicion.samples = [...suspicion.samples, id].slice(-options.limits.samplesMost);
    if (actionId !== null) suspicion.actionIds.add(actionId);
    if (suspicion.times < limits.inRow || now - suspicion.since < limits.forMs) return null;
    place.suspicions.delete(fingerprint);
    return suspicion;
  }

  function sync() {
    for (const { kind, state, destinationId, fingerprint } of book.all())
      if (isOurs(kind) && state !== 'resolved' && destinationId !== null)
        placeOf(destinationId).issues.add(fingerprint);
  }

  sync();
  return {
    /** The next step of a delivery is recorded. */
    settled(delivery: DueDelivery, step: Step) {
      const { status } = step.settlement;
      if (status === 'delivered') this.delivered(delivery);
      else if (status !== 'skipped' && status !== 'cancelled') this.failed(delivery, step);
    },

    failed(delivery: DueDelivery, { settlement, auth, pauses }: Step) {
      const { destinationId, connectionId, actionId, id } = delivery;
      const sight = { times: 1, samples: [id], actionIds: actionId === null ? [] : [actionId] };
      if (pauses) return book.see(options.pausedFinding(destinationId, settlement.detail), sight);
      const gate = options.gateFinding(connectionId);
      // What a closed gate explains is counted there; what ends a delivery is an issue of its own all the same.
      if (gate !== null && !isFinal(settlement)) return book.see(gate, sight);
      if (auth?.kind === 'rejected' || !isFailure(delivery, settlement)) return;
      const place = placeOf(destinationId);
      place.inRow += 1;
      const found = findingOf(delivery, settlement, names, place.inRow >= limits.criticalInRow);
      const isKnown = book.active(found.fingerprint) !== undefined;
      const finding = isKnown || place.issues.size < limits.perDestination ? found : foldedOf(found, names);
      const isCertain = isFinal(settlement) || book.active(finding.fingerprint) !== undefined;
      const suspicion = isCertain ? null : suspect(place, finding.fingerprint, delivery);
      if (!isCertain && suspicion === null) return;
      place.issues.add(finding.fingerprint);
      book.see(finding, suspicion === null ? sight : { ...suspicion, actionIds: [...suspicion.actionIds] });
    },

    delivered({ destinationId, actionId }: Owners) {
      const place = places.get(destinationId);
      if (place === undefined) return;
      const now = clock.now();
      for (const fingerprint of place.issues) {
        const record = book.active(fingerprint);
        // A template may throw for one action and not for another.
        if (record?.kind === 'template' && record.actionId !== actionId) continue;
        const inRow = record === undefined ? 0 : book.credit(record);
        const needed = limits.successes * 2 ** Math.min(record?.comebacks ?? 0, limits.doublingsMost);
        if (record !== undefined && (inRow < needed || now - record.lastSeenAt < limits.quietMs)) continue;
        place.issues.delete(fingerprint);
        if (record !== undefined) book.mend(record, `${inRow} deliveries in a row went well.`);
      }
      if (place.issues.size > 0) {
        place.inRow = 0;
        place.suspicions.clear();
        return;
      }
      places.delete(destinationId);
    },

    /** What nobody saw for long, or is of something that was deleted, is over. */
    look(now: number) {
      sync();
      const { destination } = configuration.snapshot.documents;
      for (const record of book.all())
        if (isOurs(record.kind) && record.state !== 'resolved') {
          if (record.destinationId !== null && !destination.has(record.destinationId))
            book.mend(record, 'Its destination was deleted.');
          else if (now - record.lastSeenAt >= limits.forgottenMs) book.mend(record, 'It was not seen for a week.');
        }
    },
  };
}

function isOurs(kind: Finding['kind']): boolean {
  return kind === 'failing' || kind === 'template';
}
