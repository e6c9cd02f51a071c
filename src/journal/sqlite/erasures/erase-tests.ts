import { textForms } from '../../../contract/erased-text.ts';
import type { Db } from '../../../sqlite/db.ts';
import { readBudget } from '../../codec/read-budget.ts';
import { AttemptBlocks } from '../attempt-blocks.ts';
import type { CursorOf, Progress } from './erasure-cursor.ts';
import { removeDelivery, rowsAtOnce, type Work } from './erasure-work.ts';
import { textOf } from './sought.ts';

type TestRow = { number: number; event: number | null; block: number | null };

/** Tests with events that are not stored: those that mention the text are removed. It waits for those that are running. */
export function eraseTests(work: Work, { at, end }: CursorOf<'tests'>): Progress {
  const { db, sought, sending } = work;
  const forms = sought === null ? [] : textForms(textOf(sought));
  const rows = db.all<TestRow>(
    `SELECT number, event, block FROM delivery INDEXED BY delivery_test
     WHERE test = 1 AND number > ? AND number < ? ORDER BY number LIMIT ?`,
    at,
    end,
    rowsAtOnce,
  );
  const budget = readBudget();
  const blocks = new AttemptBlocks(db, budget);
  let last = at;
  let isEnd = rows.length < rowsAtOnce;
  for (const row of rows) {
    const isSending = sending.has(row.number);
    if (isSending && last === at && !budget.isUnpacked) return 'waiting';
    if (isSending || budget.isUnpacked) {
      isEnd = false;
      break;
    }
    last = row.number;
    if (row.event === null && mentions(db, blocks, row, forms)) removeDelivery(work, blocks, row.number);
  }
  blocks.flush();
  return isEnd ? { phase: 'blocks', at: 0 } : { phase: 'tests', at: last, end };
}

function mentions(db: Db, blocks: AttemptBlocks, { number, block }: TestRow, forms: readonly string[]): boolean {
  const lines = blocks.history(block, number).lines.map(({ rendered, attempts }) => rendered + attempts);
  const detail = db.get<{ detail: string | null }>('SELECT detail FROM delivery WHERE number = ?', number)?.detail;
  const text = `${lines.join('\n')}${detail ?? ''}`;
  return forms.some((form) => text.includes(form));
}
