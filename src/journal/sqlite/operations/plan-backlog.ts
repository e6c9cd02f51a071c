import type { Db } from '../../../sqlite/db.ts';
import type { Lease } from '../../journal.ts';
import type { EventPlace } from '../event-codec.ts';
import { advance } from './accept.ts';
import { insertPlanned, type PlannedNumbers, type PlannedRow } from './insert.ts';
import { isCurrent } from './leases.ts';

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
