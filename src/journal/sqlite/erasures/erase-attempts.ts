import type { Db } from '../../../sqlite/db.ts';
import { readBudget } from '../../codec/read-budget.ts';
import { AttemptBlocks } from '../attempt-blocks.ts';
import { anonymiseMixedExchanges } from '../batch-exchanges.ts';
import type { CursorOf, Progress } from './erasure-cursor.ts';
import { rowsAtOnce } from './erasure-work.ts';

/** Lines of deliveries that retention has removed stay in their blocks as long as other deliveries need the block. */
export function cleanBlocks(db: Db, { at }: CursorOf<'blocks'>): Progress {
  const sql = 'SELECT id FROM attempt_block WHERE id > ? ORDER BY id LIMIT ?';
  const ids = db.all<{ id: number }>(sql, at, rowsAtOnce);
  const budget = readBudget();
  const blocks = new AttemptBlocks(db, budget);
  const isGone = (number: number) => db.get('SELECT 1 FROM delivery WHERE number = ?', number) === undefined;
  let last = at;
  for (const { id } of ids) {
    if (budget.isUnpacked) break;
    blocks.clean(id, isGone);
    last = id;
  }
  blocks.flush();
  return ids.length < rowsAtOnce && !budget.isUnpacked ? { phase: 'exchanges', at: 0 } : { phase: 'blocks', at: last };
}

/** Exchanges of batches that also had deliveries which are gone now. */
export function anonymiseBatches(db: Db, { at }: CursorOf<'exchanges'>): Progress {
  const last = anonymiseMixedExchanges(db, at, rowsAtOnce);
  return last === null ? { phase: 'details', at: 0 } : { phase: 'exchanges', at: last };
}
