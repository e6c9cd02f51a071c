import { appendAudit } from '../../../audit/sqlite/append.ts';
import type { NewAuditEntry } from '../../../contract/records/audit.ts';
import type { ErasureCounts } from '../../../contract/records/erasure.ts';
import type { Db } from '../../../sqlite/db.ts';
import type { EventLine } from '../../codec/event-codec.ts';
import { readBudget } from '../../codec/read-budget.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import type { ErasedBy, ErasureStep, StoredErasure } from '../../erasures.ts';
import type { LoggedDelivery } from '../../journal.ts';
import { linesOfGroup, neighbouringGroup } from '../event-groups.ts';
import { clearSpace } from './clear-space.ts';
import { anonymiseBatches, cleanBlocks } from './erase-attempts.ts';
import { eraseDetails } from './erase-details.ts';
import { deliveriesOf, eraseEvents, groupsAtOnce } from './erase-events.ts';
import { eraseIdentities } from './erase-identities.ts';
import { eraseQuotes } from './erase-quotes.ts';
import { eraseTests } from './erase-tests.ts';
import { type Cursor, cursorOf, type Progress } from './erasure-cursor.ts';
import type { Work } from './erasure-work.ts';
import { matcherOf } from './sought.ts';

type ErasureRow = {
  id: string;
  code: string;
  sought: string | null;
  cursor: string;
  state: string;
  counts: string;
  created_at: number;
  finished_at: number | null;
};

type StoredCounts = ErasureCounts & { by: string };

/** The result of one step, before the main thread turns its rows into objects. */
type ErasureStepRows = Pick<ErasureStep, 'state' | 'waitsFor'> & { events: EventLine[]; cancelled: LoggedDelivery[] };

export const erasureOperations = {
  beginErasure(
    db: Db,
    given: { id: string; code: string; by: string; sought: ErasedBy; now: number; entry: NewAuditEntry },
  ): void {
    // Events accepted in the same transaction have their offsets only after their groups are written.
    db.flush();
    const partitions = partitionEnds(db);
    const cursor: Cursor = { phase: 'events', partitions, at: 0 };
    const counts: StoredCounts = { by: given.by, events: 0, deliveries: 0, unfinished: 0 };
    const { id, code, now } = given;
    const texts = {
      sought: JSON.stringify(given.sought),
      cursor: JSON.stringify(cursor),
      counts: JSON.stringify(counts),
    };
    db.run(
      `INSERT INTO erasure (id, code, sought, cursor, state, counts, created_at)
       VALUES (:id, :code, :sought, :cursor, 'running', :counts, :now)`,
      { id, code, now, ...texts },
    );
    appendAudit(db, [given.entry]);
  },

  erasures: (db: Db, _: null): StoredErasure[] =>
    db.all<ErasureRow>('SELECT * FROM erasure ORDER BY id DESC LIMIT 1000').map((row) => {
      const { by, ...counts }: StoredCounts = JSON.parse(row.counts);
      const { phase } = cursorOf(row.cursor);
      return {
        id: row.id,
        code: row.code,
        by,
        state: row.state === 'done' ? 'done' : 'running',
        sought: row.sought === null ? null : JSON.parse(row.sought),
        isSearched: phase === 'forget' || phase === 'clear',
        counts,
        createdAt: row.created_at,
        finishedAt: row.finished_at,
      };
    }),

  partitionEnds: (db: Db, _: null) => partitionEnds(db),

  /** Counts in at most 50 groups of a partition, from an offset on; `next` is where the next call continues. */
  countErasure(
    db: Db,
    query: { sought: ErasedBy; partition: number; from: number },
  ): { counts: ErasureCounts; next: number | null } {
    const counts = { events: 0, deliveries: 0, unfinished: 0 };
    const isSought = matcherOf(query.sought);
    const budget = readBudget();
    let next = query.from;
    for (let step = 0; step < groupsAtOnce && !budget.isUnpacked; step++) {
      const group = neighbouringGroup(db, '>=', query.partition, next);
      if (group === undefined) return { counts, next: null };
      next = group.first + group.count;
      for (const [index, line] of linesOfGroup(db, group, budget).entries()) {
        if (!isSought(line)) continue;
        counts.events += 1;
        for (const { status } of deliveriesOf(db, group, index)) {
          counts.deliveries += 1;
          if (status <= statusCodes.held) counts.unfinished += 1;
        }
      }
    }
    return { counts, next };
  },

  eraseStep(db: Db, { id, now, sending }: { id: string; now: number; sending: number[] }): ErasureStepRows {
    const row = db.get<ErasureRow>('SELECT * FROM erasure WHERE id = ?', id);
    if (row === undefined || row.state === 'done') return { state: 'done', waitsFor: null, events: [], cancelled: [] };
    db.flush();
    const counts: StoredCounts = JSON.parse(row.counts);
    const sought: ErasedBy | null = row.sought === null ? null : JSON.parse(row.sought);
    const work: Work = { db, sought, now, sending: new Set(sending), counts, events: [], cancelled: [] };
    const cursor = cursorOf(row.cursor);
    const progress = advance(work, cursor);
    const { events, cancelled } = work;
    if (progress === 'waiting') {
      const waitsFor = cursor.phase === 'clear' ? 'readers' : cursor.phase === 'tests' ? 'tests' : 'events';
      return { state: 'waiting', waitsFor, events, cancelled };
    }
    save(db, row, { progress, counts, now });
    return { state: stateOf(progress), waitsFor: null, events, cancelled };
  },
};

/** One step of the phase. */
function advance(work: Work, cursor: Cursor): Progress {
  const { db, sought } = work;
  switch (cursor.phase) {
    case 'events':
      return eraseEvents(work, cursor);
    case 'tests':
      return eraseTests(work, cursor);
    case 'blocks':
      return cleanBlocks(db, cursor);
    case 'exchanges':
      return anonymiseBatches(db, cursor);
    case 'details':
      return eraseDetails(work, cursor);
    case 'identities':
      return eraseIdentities(db, cursor);
    case 'forget':
      return eraseQuotes(db, sought);
    case 'clear':
      return clearSpace(db, cursor);
  }
}

function stateOf(progress: Cursor | 'done'): ErasureStep['state'] {
  if (progress === 'done') return 'done';
  return progress.phase === 'forget' ? 'searched' : 'running';
}

/** The text that is sought goes as soon as the search is over. */
function save(
  db: Db,
  row: ErasureRow,
  { progress, counts, now }: { progress: Cursor | 'done'; counts: StoredCounts; now: number },
): void {
  const isDone = progress === 'done';
  const sought = isDone || progress.phase === 'clear' ? null : row.sought;
  const cursor = isDone ? row.cursor : JSON.stringify(progress);
  const sql = 'UPDATE erasure SET cursor = ?, counts = ?, sought = ?, state = ?, finished_at = ? WHERE id = ?';
  db.run(sql, cursor, JSON.stringify(counts), sought, isDone ? 'done' : 'running', isDone ? now : null, row.id);
}

function partitionEnds(db: Db): [number, number][] {
  return db
    .all<{ partition: number; next: number }>('SELECT partition, next FROM event_partition ORDER BY partition')
    .map(({ partition, next }) => [partition, next]);
}
