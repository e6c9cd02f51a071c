import { appendAudit } from '../../../audit/sqlite/append.ts';
import { erased, quotedForms, textForms, withoutText } from '../../../contract/erased-text.ts';
import type { NewAuditEntry } from '../../../contract/records/audit.ts';
import type { ErasureCounts } from '../../../contract/records/erasure.ts';
import type { Db } from '../../../sqlite/db.ts';
import { exchangeIds } from '../../codec/attempt-codec.ts';
import type { EventLine } from '../../codec/event-codec.ts';
import { lineMatcher, packLines } from '../../codec/event-codec.ts';
import { type ReadBudget, readBudget } from '../../codec/read-budget.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import type { ErasedBy, ErasureStep, StoredErasure } from '../../erasures.ts';
import type { LoggedDelivery } from '../../journal.ts';
import { AttemptBlocks } from '../attempt-blocks.ts';
import { anonymiseExchanges, anonymiseMixedExchanges, forgetExchanges } from '../batch-exchanges.ts';
import { deliveryRow } from '../delivery-row.ts';
import { type GroupRow, linesOfGroup, neighbouringGroup, placedLine } from '../event-groups.ts';
import { unmark } from '../lists/visitor-marks.ts';
import { firstPassed } from '../passed-deliveries.ts';
import { finish } from '../queue/delivery-queue.ts';
import { countRemoved } from '../replays/replays.ts';

const groupsAtOnce = 50;
const rowsAtOnce = 100;
const identitiesAtOnce = 5_000;

/** Numbers of deliveries that one step looks through for a quotation. */
const numbersAtOnce = 20_000;

type Phase = 'events' | 'tests' | 'blocks' | 'exchanges' | 'details' | 'identities' | 'forget' | 'clear';

/**
 * The progress of an erasure: `partitions` with the offset where it ends in each, `at` and `after` the progress in the
 * phase.
 */
type Cursor = { phase: Phase; partitions: [partition: number, end: number][]; at: number; after: [number, string] };

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
type ErasureStepRows = Pick<ErasureStep, 'state'> & { events: EventLine[]; cancelled: LoggedDelivery[] };

export const erasureOperations = {
  beginErasure(
    db: Db,
    given: { id: string; code: string; by: string; sought: ErasedBy; now: number; entry: NewAuditEntry },
  ): void {
    // Events accepted in the same transaction have their offsets only after their groups are written.
    db.flush();
    const partitions = partitionEnds(db);
    const cursor: Cursor = { phase: 'events', partitions, at: 0, after: [-1, ''] };
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
      return {
        id: row.id,
        code: row.code,
        by,
        state: row.state === 'done' ? 'done' : 'running',
        sought: row.sought === null ? null : JSON.parse(row.sought),
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
    const step: ErasureStepRows = { state: 'running', events: [], cancelled: [] };
    const row = db.get<ErasureRow>('SELECT * FROM erasure WHERE id = ?', id);
    if (row === undefined || row.state === 'done') return { ...step, state: 'done' };
    db.flush();
    const cursor: Cursor = JSON.parse(row.cursor);
    const counts: StoredCounts = JSON.parse(row.counts);
    const work: Work = { db, cursor, counts, step, now, sending: new Set(sending), sought: null };
    if (row.sought !== null) work.sought = JSON.parse(row.sought);
    // Older versions cleared in phases of other names.
    if (!(cursor.phase in phases)) moveOn(cursor, 'clear');
    phases[cursor.phase](work);
    if (step.state === 'waiting') return step;
    if (step.state === 'running' && cursor.phase === 'forget') step.state = 'searched';
    const sought = cursor.phase === 'clear' || work.sought === null ? null : row.sought;
    const finishedAt = step.state === 'done' ? now : null;
    const sql = 'UPDATE erasure SET cursor = ?, counts = ?, sought = ?, state = ?, finished_at = ? WHERE id = ?';
    const state = step.state === 'done' ? 'done' : 'running';
    db.run(sql, JSON.stringify(cursor), JSON.stringify(counts), sought, state, finishedAt, id);
    return step;
  },
};

type Work = {
  db: Db;
  cursor: Cursor;
  counts: StoredCounts;
  step: ErasureStepRows;
  now: number;
  sending: ReadonlySet<number>;
  sought: ErasedBy | null;
};

/** The work of each phase in one step. It moves the cursor. */
const phases: Record<Phase, (work: Work) => void> = {
  events(work) {
    const { db, cursor, step, sought } = work;
    const [first] = cursor.partitions;
    if (first === undefined || sought === null) {
      // Tests that begin later are not waited for.
      cursor.after = [(db.get<{ last: number | null }>('SELECT max(number) AS last FROM delivery')?.last ?? 0) + 1, ''];
      return moveOn(cursor, 'tests');
    }
    const [partition, end] = first;
    const sql = 'SELECT position FROM event_partition WHERE partition = ?';
    // Unmatched events can still be planned from memory, and deliveries that were passed are not created yet.
    const position = db.get<{ position: number }>(sql, partition)?.position ?? 0;
    if (position < end || (firstPassed(db, partition) ?? end) < end) {
      step.state = 'waiting';
      return;
    }
    const isSought = matcherOf(sought);
    const budget = readBudget();
    for (let count = 0; count < groupsAtOnce && !budget.isFull && !budget.isUnpacked; count++) {
      const group = neighbouringGroup(db, '>=', partition, cursor.at);
      if (group === undefined || group.first >= end) {
        cursor.partitions.shift();
        cursor.at = 0;
        return;
      }
      if (!eraseGroup(work, group, isSought, budget)) {
        step.state = count === 0 ? 'waiting' : 'running';
        return;
      }
      cursor.at = group.first + group.count;
    }
  },

  /** Tests with events that are not stored: those that mention the text are removed. It waits for those that are running. */
  tests(work) {
    const { db, cursor, sought, sending, step } = work;
    const forms = sought === null ? [] : textForms(textOf(sought));
    const rows = db.all<{ number: number; event: number | null; block: number | null }>(
      `SELECT number, event, block FROM delivery INDEXED BY delivery_test
       WHERE test = 1 AND number > ? AND number < ? ORDER BY number LIMIT ?`,
      cursor.at,
      // An erasure that an older version began has no end.
      cursor.after[0] < 0 ? Number.MAX_SAFE_INTEGER : cursor.after[0],
      rowsAtOnce,
    );
    const budget = readBudget();
    const blocks = new AttemptBlocks(db, budget);
    const start = cursor.at;
    let isEnd = rows.length < rowsAtOnce;
    for (const { number, event, block } of rows) {
      if (budget.isUnpacked) {
        isEnd = false;
        break;
      }
      if (sending.has(number)) {
        isEnd = false;
        if (cursor.at === start) step.state = 'waiting';
        break;
      }
      cursor.at = number;
      if (event !== null) continue;
      const lines = blocks.history(block, number).lines.map(({ rendered, attempts }) => rendered + attempts);
      const detail = db.get<{ detail: string | null }>('SELECT detail FROM delivery WHERE number = ?', number)?.detail;
      const text = `${lines.join('\n')}${detail ?? ''}`;
      if (forms.some((form) => text.includes(form))) removeDelivery(work, blocks, number);
    }
    blocks.flush();
    if (!isEnd) return;
    cursor.after = [-1, ''];
    moveOn(cursor, 'blocks');
  },

  /** Lines of deliveries that retention has removed stay in their blocks as long as other deliveries need the block. */
  blocks({ db, cursor }) {
    const ids = db.all<{ id: number }>(
      'SELECT id FROM attempt_block WHERE id > ? ORDER BY id LIMIT ?',
      cursor.at,
      rowsAtOnce,
    );
    const budget = readBudget();
    const blocks = new AttemptBlocks(db, budget);
    const isGone = (number: number) => db.get('SELECT 1 FROM delivery WHERE number = ?', number) === undefined;
    for (const { id } of ids) {
      if (budget.isUnpacked) break;
      blocks.clean(id, isGone);
      cursor.at = id;
    }
    blocks.flush();
    if (ids.length < rowsAtOnce && !budget.isUnpacked) moveOn(cursor, 'exchanges');
  },

  exchanges({ db, cursor }) {
    const last = anonymiseMixedExchanges(db, cursor.at, rowsAtOnce);
    if (last === null) moveOn(cursor, 'details');
    else cursor.at = last;
  },

  /** A template that ends with a text of one record ends for all deliveries of its batch. */
  details({ db, cursor, sought }) {
    const forms = sought === null ? [] : quotedForms(textOf(sought));
    const next = 'SELECT number FROM delivery WHERE number >= ? ORDER BY number LIMIT 1';
    const first = db.get<{ number: number }>(next, cursor.at)?.number;
    if (forms.length === 0 || first === undefined) return moveOn(cursor, 'identities');
    cursor.at = first;
    db.run(
      `UPDATE delivery SET detail = '${erased}' WHERE number BETWEEN ?1 AND ?2 AND detail IS NOT NULL
         AND EXISTS (SELECT 1 FROM json_each(?3) WHERE instr(detail, value) > 0)`,
      cursor.at,
      cursor.at + numbersAtOnce - 1,
      JSON.stringify(forms),
    );
    cursor.at += numbersAtOnce;
  },

  identities({ db, cursor }) {
    const [collector, identity] = cursor.after;
    const last = db.get<{ collector: number; identity: string }>(
      `SELECT collector, identity FROM seen WHERE (collector, identity) > (?, ?)
       ORDER BY collector, identity LIMIT 1 OFFSET ?`,
      collector,
      identity,
      identitiesAtOnce - 1,
    );
    const isErased = 'place IN (SELECT place FROM erased_event)';
    if (last === undefined) {
      db.run(`DELETE FROM seen WHERE (collector, identity) > (?, ?) AND ${isErased}`, collector, identity);
      return moveOn(cursor, 'forget');
    }
    const isInStep = '(collector, identity) > (?, ?) AND (collector, identity) <= (?, ?)';
    const sql = `DELETE FROM seen WHERE ${isInStep} AND ${isErased}`;
    db.run(sql, collector, identity, last.collector, last.identity);
    cursor.after = [last.collector, last.identity];
  },

  /** The search is over. The remaining phases clear unused space. */
  forget({ db, cursor, sought }) {
    eraseQuotes(db, sought);
    db.run('DELETE FROM erased_event');
    cursor.after = [-1, ''];
    moveOn(cursor, 'clear');
  },

  /** What no row uses of pages and of the log can have old versions of rows. A reader, such as a backup, delays it. */
  clear({ db, cursor, step }) {
    const cleared = db.cleared();
    if (cleared === 'end') {
      step.state = 'done';
      return;
    }
    if (cleared === 'blocked') step.state = 'waiting';
    else if (cleared !== null) cursor.at = cleared;
    db.clearUnused(cursor.at);
  },
};

function moveOn(cursor: Cursor, phase: Phase): void {
  cursor.phase = phase;
  cursor.at = 0;
}

/** Blanks the events that match and removes their deliveries; false, with no change, when one of these is in flight. */
function eraseGroup(work: Work, group: GroupRow, isSought: (line: string) => boolean, budget: ReadBudget): boolean {
  const { db, counts, step, sending } = work;
  const lines = linesOfGroup(db, group, budget);
  const hits = [...lines.keys()].filter((index) => isSought(lines[index] ?? ''));
  if (hits.length === 0) return true;
  const deliveries = hits.flatMap((index) => deliveriesOf(db, group, index));
  if (deliveries.some(({ number }) => sending.has(number))) return false;
  const blocks = new AttemptBlocks(db);
  for (const { number } of deliveries) removeDelivery(work, blocks, number);
  blocks.flush();
  for (const index of hits) {
    const found = placedLine(db, group, index, lines);
    if (found !== null) step.events.push(found);
    budget.keep(found?.line ?? null);
    lines[index] = '';
    db.run('INSERT OR IGNORE INTO erased_event (place) VALUES ((? << 48) | ?)', group.partition, group.first + index);
  }
  const offsets = hits.map((index) => group.first + index);
  unmark(db, group.partition, offsets);
  counts.events += hits.length;
  const sql = 'UPDATE event_group SET events = ? WHERE place = (? << 48) | ?';
  db.run(sql, packLines(lines.join('\n')), group.partition, group.first);
  return true;
}

function removeDelivery({ db, counts, step, now }: Work, blocks: AttemptBlocks, number: number) {
  const row = deliveryRow(db, number);
  if (row === undefined) return;
  counts.deliveries += 1;
  const isUnfinished = row.status <= statusCodes.held;
  countRemoved(db, [{ target: row.target, status: isUnfinished ? statusCodes.cancelled : row.status }]);
  if (isUnfinished) {
    counts.unfinished += 1;
    // The deliveries behind it in its order move up.
    finish(db, { number, status: statusCodes.cancelled, reason: 'cancelled', now });
    step.cancelled.push(row.logged);
  }
  const { lines } = blocks.history(row.block, number);
  anonymiseExchanges(db, exchangeIds(lines));
  forgetExchanges(db, [lines]);
  blocks.remove(row.block, number);
  db.run('DELETE FROM delivery WHERE number = ?', number);
}

/** Rows that quote events or name visitors: tables with their columns of JSON, their keys, and which rows. */
const quotingRows = [
  ['replay', 'input', 'id', 'TRUE'],
  ['note', 'text', 'name', "name GLOB 'alert_*'"],
] as const;

/**
 * Removes the text from the filters of replays (a running one then finds no more events), issues, and messages of
 * alerts.
 */
function eraseQuotes(db: Db, sought: ErasedBy | null): void {
  if (sought === null) return;
  for (const [table, column, key, rows] of quotingRows) {
    const select = `SELECT ${key} AS key, ${column} AS json FROM ${table} WHERE ${rows}`;
    for (const row of db.all<{ key: string; json: string }>(select)) {
      const sql = `UPDATE ${table} SET ${column} = ? WHERE ${key} = ?`;
      db.run(sql, JSON.stringify(withoutText(JSON.parse(row.json), textOf(sought))), row.key);
    }
  }
  eraseIssues(db, textOf(sought));
}

/** With a later revision, since nodes have them in memory. */
function eraseIssues(db: Db, text: string): void {
  for (const { id, body } of db.all<{ id: string; body: string }>('SELECT id, body FROM issue')) {
    const record: object = JSON.parse(body);
    const next = withoutText(record, text);
    if (next === record) continue;
    db.run('UPDATE issue_revision SET revision = revision + 1, removed = revision + 1');
    // Two issues can become equal: one stays.
    const sql = 'UPDATE OR REPLACE issue SET body = ?, revision = (SELECT revision FROM issue_revision) WHERE id = ?';
    db.run(sql, JSON.stringify(next), id);
  }
}

function deliveriesOf(db: Db, { partition, first }: GroupRow, index: number): { number: number; status: number }[] {
  const sql = 'SELECT number, status FROM delivery INDEXED BY delivery_event WHERE event = (? << 48) | ?';
  return db.all(sql, partition, first + index);
}

function partitionEnds(db: Db): [number, number][] {
  return db
    .all<{ partition: number; next: number }>('SELECT partition, next FROM event_partition ORDER BY partition')
    .map(({ partition, next }) => [partition, next]);
}

function matcherOf(sought: ErasedBy): (line: string) => boolean {
  const matches = lineMatcher({ lineStart: null, ...sought });
  return (line) => line !== '' && matches(line);
}

const textOf = (sought: ErasedBy) => ('visitorId' in sought ? sought.visitorId : sought.value);
