import type { Db } from '../../../sqlite/db.ts';
import type { Lease } from '../../journal.ts';
import type { EventPlace } from '../codec/event-codec.ts';
import { insertPlanned, type PlannedNumbers, type PlannedRow } from '../deliveries/insert.ts';
import { isCurrent } from '../events/leases.ts';
import { advance } from './accept.ts';

type Plan = {
  lease: Lease;
  advance: { partition: number; from: number; to: number } | null;
  /** [EventPlace | null, PlannedRow][] as JSON, which crosses threads faster than a clone. */
  rows: string;
  now: number;
};

export const planOperations = {
  plan(db: Db, plan: Plan): PlannedNumbers | null {
    if (!isCurrent(db, plan.lease)) return null;
    if (plan.advance !== null && !advance(db, plan.advance)) return null;
    const rows: [EventPlace | null, PlannedRow][] = JSON.parse(plan.rows);
    return insertPlanned(db, rows, plan.now);
  },
};
