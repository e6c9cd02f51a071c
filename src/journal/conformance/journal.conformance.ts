import { describe, test } from 'node:test';
import type { Audit } from '../../audit/audit.ts';
import type { Journal } from '../journal.ts';
import { bodiesConformance } from './bodies.conformance.ts';
import { clockConformance } from './clock.conformance.ts';
import { commandsConformance } from './commands.conformance.ts';
import { deliveriesConformance } from './deliveries.conformance.ts';
import { deliveryOwnersConformance } from './delivery-owners.conformance.ts';
import { deliverySearchConformance } from './delivery-search.conformance.ts';
import { erasuresConformance } from './erasures.conformance.ts';
import { intakeConformance } from './intake.conformance.ts';
import { leasesConformance } from './leases.conformance.ts';
import { listsConformance } from './lists.conformance.ts';
import { orderConformance } from './order.conformance.ts';
import { partitionsConformance } from './partitions.conformance.ts';
import { passedConformance } from './passed-deliveries.conformance.ts';
import { replaysConformance } from './replays.conformance.ts';
import { retentionConformance } from './retention.conformance.ts';
import { statisticsConformance } from './statistics.conformance.ts';
import { statusesConformance } from './statuses.conformance.ts';

/** Registers a guarantee; `body` checks it on a new and empty journal. */
export type Guarantee = (title: string, body: (journal: Made) => Promise<void>) => void;

/** A journal with the audit trail that its entries are written to. */
type Made = Journal & { audit: Pick<Audit, 'entries'> } & AsyncDisposable;

/**
 * The conformance suites of the three ports of the journal, for every adapter. `make` returns a new and empty journal: what
 * one port changes is seen through the others.
 */
export function journalConformance(name: string, make: () => Promise<Made>): void {
  const guarantee: Guarantee = (title, body) =>
    test(title, async () => {
      await using journal = await make();
      await body(journal);
    });

  describe(`${name}: hot`, () => {
    intakeConformance(guarantee);
    leasesConformance(guarantee);
    deliveriesConformance(guarantee);
    orderConformance(guarantee);
    clockConformance(guarantee);
    partitionsConformance(guarantee);
    passedConformance(guarantee);
    deliveryOwnersConformance(guarantee);
    commandsConformance(guarantee);
    statusesConformance(guarantee);
  });

  describe(`${name}: log`, () => {
    listsConformance(guarantee);
    deliverySearchConformance(guarantee);
    replaysConformance(guarantee);
    statisticsConformance(guarantee);
  });

  describe(`${name}: housekeeping`, () => {
    retentionConformance(guarantee);
    bodiesConformance(guarantee);
    erasuresConformance(guarantee);
  });
}
