import { type Clock, idleTimer, setTimer, stopTimer } from '../async/clock.ts';
import { inTurn } from '../async/in-turn.ts';
import { AppError } from '../contract/errors.ts';
import type { NewAuditEntry } from '../contract/records/audit.ts';
import type { IssueCause, IssueNotice } from '../contract/records/issue.ts';
import type { IssueRecord, IssueStore } from '../issues/issues.ts';
import { addChange, applyChange, type IssueChange, madeAt } from './issue-changes.ts';
import { type NoticeState, undoAct } from './issue-life.ts';
import { createNoticeSender, noticeOf, type TakeNotice } from './issue-notices.ts';
import type { Thresholds } from './thresholds.ts';

export type IssueWriterParts = {
  store: IssueStore;
  clock: Clock;
  limits: Thresholds;
  /** Recent changes to the objects of an issue, from before it opened. */
  causesOf(record: IssueRecord): Promise<IssueCause[]>;
  noticed(notice: IssueNotice): void;
  failed(error: unknown, doing: string): void;
};

/** Issues that open within this time, as when a much-used system goes down, are investigated and written together. */
const gatherMs = 100;
const saveEveryMs = 5_000;
const noticesMax = 20;
/** How often an act of a person is tried while other nodes change the issue. */
const triesMax = 10;

/** The changes of issues that are not stored yet. */
type Pending = Map<IssueRecord, IssueChange[]>;

/**
 * Writes issues: changes of state within a tenth of a second, counts alone within five. What another node has stored
 * since they were made stays: they are made again on it, and written then. Notices are sent after they are written.
 * `place` replaces what is known of an issue by what is stored.
 */
export function createIssueWriter(
  records: ReadonlyMap<string, IssueRecord>,
  place: (record: IssueRecord, stored: IssueRecord) => void,
  parts: IssueWriterParts,
) {
  const { store, clock, limits, failed } = parts;
  let pending: Pending = new Map();
  /** Issues that have opened and whose causes are not read yet. */
  const opened = new Set<IssueRecord>();
  const removed = new Set<IssueRecord>();
  const writing = inTurn();
  const timer = idleTimer();
  const saveWithin = (ms: number) => setTimer(timer, clock.now() + ms, clock, saveNow);
  let isWriting = false;
  const notices = createNoticeSender({
    sent: (record, { id }) => records.get(record.id) === record && changed(record, madeAt(clock.now(), without(id))),
    refused: () => saveWithin(saveEveryMs),
    failed,
  });
  for (const record of records.values()) notices.stored(record, record.notices);

  function saveNow() {
    stopTimer(timer);
    if (isWriting) return;
    isWriting = true;
    void writing(write);
  }

  async function write() {
    // More issues may open during the write.
    while (opened.size > 0) {
      const some = [...opened];
      opened.clear();
      await Promise.all(some.map(findCauses));
    }
    isWriting = false;
    const gone = [...removed];
    const written = pending;
    removed.clear();
    pending = new Map();
    try {
      if (gone.length > 0) await store.remove(gone);
      if (written.size > 0) await save(written);
      notices.send();
    } catch (error) {
      failed(error, 'save issues');
      putBack(written);
      for (const record of gone) removed.add(record);
      saveWithin(saveEveryMs);
    }
  }

  /** Before the changes that came during the write. */
  function putBack(taken: Pending) {
    for (const [record, changes] of taken) pending.set(record, [...changes, ...(pending.get(record) ?? [])]);
  }

  /** Returns whether all are written. The others are based on what is stored, and written soon. */
  async function save(written: Pending, entry?: NewAuditEntry): Promise<boolean> {
    const sent = Array.from(written.keys(), ({ notices }) => notices);
    const { revision, stored } = await store.save([...written.keys()], entry);
    for (const [index, [record, changes]] of [...written].entries()) {
      const other = stored[index] ?? null;
      if (other === null) {
        record.revision = Math.max(record.revision, revision);
        notices.stored(record, sent[index]);
        continue;
      }
      putBack(new Map([[record, changes]]));
      rebase(record, other);
      saveWithin(gatherMs);
    }
    return stored.every((one) => one === null);
  }

  /** Makes what is not stored yet on what another node has stored. */
  function rebase(record: IssueRecord, stored: IssueRecord) {
    const { successes, lastSeenAt, state } = record;
    place(record, stored);
    notices.stored(record, record.notices);
    if (record.lastSeenAt === lastSeenAt && record.state === state)
      record.successes = Math.max(record.successes, successes);
    for (const change of pending.get(record) ?? []) make(record, change);
  }

  function make(record: IssueRecord, change: IssueChange): NoticeState {
    const state = applyChange(record, change, limits);
    if (state === null) return null;
    const notice = noticeOf(record, state, change.at);
    record.notices = [...record.notices, notice].slice(-noticesMax);
    if (state === 'opened' || state === 'reopened') opened.add(record);
    if (!change.isReported) parts.noticed(notice);
    change.isReported = true;
    return state;
  }

  function changed(record: IssueRecord, change: IssueChange): void {
    const state = make(record, change);
    const changes = pending.get(record) ?? [];
    pending.set(record, changes);
    addChange(changes, change, limits);
    saveWithin(state === null ? saveEveryMs : gatherMs);
  }

  async function findCauses(record: IssueRecord) {
    const causes = await parts.causesOf(record).catch((error) => {
      failed(error, 'read the audit trail');
      return [];
    });
    changed(record, madeAt(clock.now(), withCauses(causes)));
  }

  async function settled(): Promise<void> {
    saveNow();
    await writing(async () => {});
    await notices.settled();
  }

  return {
    /** Sends all notices to `next`, also those that are left from before; null: to no one. */
    follow(next: TakeNotice | null): void {
      notices.follow(next);
      notices.send();
    },
    changed,
    /** Reads what another node has stored. */
    adopt(record: IssueRecord, stored: IssueRecord): void {
      rebase(record, stored);
      notices.send();
    },
    hasChanges: (record: IssueRecord): boolean => pending.has(record),
    /** Removes the issue; `isStored`: another node has done so. */
    removed(record: IssueRecord, isStored: boolean): void {
      pending.delete(record);
      opened.delete(record);
      notices.stored(record);
      if (isStored) return;
      removed.add(record);
      saveWithin(saveEveryMs);
    },
    /**
     * Makes a change with its audit entry, after the writes before it: both are stored or none. Resolves with the entry;
     * null: the issue was removed. Rejects when `act` throws, or when they can't be written.
     */
    act: (
      record: IssueRecord,
      act: (record: IssueRecord) => NoticeState,
      entryOf: (before: IssueRecord) => NewAuditEntry,
    ): Promise<NewAuditEntry | null> =>
      writing(async () => {
        for (let tries = 0; tries < triesMax; tries++) {
          if (records.get(record.id) !== record) return null;
          const before = structuredClone(record);
          const state = act(record);
          const entry = entryOf(before);
          const written: Pending = new Map([[record, pending.get(record) ?? []]]);
          pending.delete(record);
          try {
            if (!(await save(written, entry))) continue;
          } catch (error) {
            undoAct(record, before);
            putBack(written);
            throw error;
          }
          if (state !== null)
            changed(
              record,
              madeAt(clock.now(), () => state),
            );
          return entry;
        }
        throw new AppError('unavailable', 'Other nodes change the issue at the moment. Send the request again.');
      }),
    /** Resolves when every change so far is on disk or its write has failed. */
    settled,
    async [Symbol.asyncDispose]() {
      await settled();
      stopTimer(timer);
      if (pending.size > 0) await write();
      stopTimer(timer);
    },
  };
}

const without =
  (noticeId: string) =>
  (record: IssueRecord): null => {
    record.notices = record.notices.filter(({ id }) => id !== noticeId);
    return null;
  };

const withCauses =
  (causes: IssueCause[]) =>
  (record: IssueRecord): null => {
    record.changes = causes;
    return null;
  };
