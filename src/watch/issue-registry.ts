import type { Clock } from '../async/clock.ts';
import type { NewId } from '../contract/ids.ts';
import type { NewAuditEntry } from '../contract/records/audit.ts';
import type { IssueCause, IssueKind, IssueNotice } from '../contract/records/issue.ts';
import type { IssueRecord, IssueStore } from '../issues/issues.ts';
import type { Finding, Occurrences } from './finding.ts';
import {
  applyAct,
  countOccurrences,
  type IssueAct,
  type NoticeState,
  opened,
  resolve,
  see,
  wake,
} from './issue-life.ts';
import type { Thresholds } from './thresholds.ts';

/** Gets each notice after it is on disk. The promise resolves when the listener has stored it. */
type NoticeListener = (notice: IssueNotice) => Promise<void> | void;

/** All issues, in memory and on disk. */
export type IssueRegistry = Awaited<ReturnType<typeof openIssueRegistry>>;

/** Issues that open within this time, as when a much-used system goes down, are investigated and written together. */
const gatherMs = 100;
const keepMs = 5_000;
const noticesMost = 20;
/** The time of the last occurrence may be this old while nothing else changes. */
const knownMs = 60_000;

/**
 * Opens the registry. State changes are written within a tenth of a second, counts alone within five. Notices are
 * sent after they are written, and repeated until each listener has taken them; a crash in between repeats them.
 */
export async function openIssueRegistry(options: {
  store: IssueStore;
  clock: Clock;
  newId: NewId;
  limits: Thresholds;
  /** Recent changes to the objects of an issue, from before it opened. */
  causesOf(record: IssueRecord): Promise<IssueCause[]>;
  noticed(notice: IssueNotice): void;
  failed(error: unknown, doing: string): void;
}) {
  const { store, clock, limits } = options;
  const records = new Map((await store.load()).map((record) => [record.id, record]));
  const byFingerprint = new Map(Array.from(records.values(), (record) => [record.fingerprint, record]));
  const listeners = new Set<NoticeListener>();
  const dirty = new Set<IssueRecord>();
  const fresh = new Set<IssueRecord>();
  const gone = new Set<string>();
  let turn: Promise<void> = Promise.resolve();
  let telling: Promise<void> = Promise.resolve();
  let isWriting = false;
  let keep: { at: number; cancel: () => void } | null = null;

  function tell(record: IssueRecord, change: NoticeState) {
    dirty.add(record);
    if (change === null) return keepLater();
    const notice = noticeOf(record, change, clock.now());
    record.notices = [...record.notices, notice].slice(-noticesMost);
    if (change === 'opened' || change === 'reopened') fresh.add(record);
    options.noticed(notice);
    keepWithin(gatherMs);
  }

  function keepLater() {
    keepWithin(keepMs);
  }

  /** Schedules a write within `ms`; the earliest schedule applies. */
  function keepWithin(ms: number) {
    const at = clock.now() + ms;
    if (keep !== null && keep.at <= at) return;
    keep?.cancel();
    keep = { at, cancel: clock.after(ms, keepNow) };
  }

  function keepNow() {
    keep?.cancel();
    keep = null;
    if (isWriting) return;
    isWriting = true;
    turn = turn.then(write);
  }

  async function findCauses(record: IssueRecord) {
    record.changes = await options.causesOf(record).catch((error) => {
      options.failed(error, 'read the audit trail');
      return [];
    });
  }

  async function write() {
    // More issues may open during the write.
    while (fresh.size > 0) {
      const some = [...fresh];
      fresh.clear();
      await Promise.all(some.map(findCauses));
    }
    isWriting = false;
    const written = [...dirty];
    const removed = [...gone];
    dirty.clear();
    gone.clear();
    try {
      if (written.length > 0) await store.save(written);
      if (removed.length > 0) await store.remove(removed);
      telling = telling.then(() => tellAll(written));
    } catch (error) {
      options.failed(error, 'save issues');
      for (const record of written) dirty.add(record);
      for (const id of removed) gone.add(id);
      keepLater();
    }
  }

  /**
   * Notices of one issue are sent one after the other, those of different issues at once, so that listeners can store
   * them in one write.
   */
  async function tellAll(written: readonly IssueRecord[]) {
    await Promise.all(written.map(tellOf));
  }

  async function tellOf(record: IssueRecord) {
    for (const notice of record.notices) {
      const answers = await Promise.allSettled(Array.from(listeners, async (listener) => listener(notice)));
      const refused = answers.find((one) => one.status === 'rejected');
      if (refused !== undefined) options.failed(refused.reason, 'notify of an issue');
      else record.notices = record.notices.filter((one) => one !== notice);
      if (records.has(record.id)) dirty.add(record);
      keepLater();
    }
  }

  function remove(record: IssueRecord) {
    records.delete(record.id);
    if (byFingerprint.get(record.fingerprint) === record) byFingerprint.delete(record.fingerprint);
    dirty.delete(record);
    fresh.delete(record);
    gone.add(record.id);
    keepLater();
  }

  /** The unresolved issue with this fingerprint. */
  function active(fingerprint: string): IssueRecord | undefined {
    const record = byFingerprint.get(fingerprint);
    return record?.state === 'resolved' ? undefined : record;
  }

  /** Records an occurrence: opens, counts or reopens the issue. */
  function seen(finding: Finding, occurrences: Occurrences) {
    const now = clock.now();
    const known = byFingerprint.get(finding.fingerprint);
    if (known === undefined && records.size >= limits.recordsMost) return;
    const record = known ?? opened(options.newId('issue'), finding, now);
    records.set(record.id, record);
    byFingerprint.set(record.fingerprint, record);
    const change = known === undefined ? 'opened' : see(record, finding, now, limits);
    countOccurrences(record, occurrences, now, limits);
    tell(record, change);
  }

  /** Resolves the issue because its problem is gone. */
  function resolved(record: Readonly<IssueRecord>, how: string) {
    const mine = records.get(record.id);
    if (mine !== undefined && mine.state !== 'resolved' && !mine.isResolved)
      tell(mine, resolve(mine, how, clock.now()));
  }

  /**
   * Reports that the condition is false now. Resolves the issue at once the first time; after each comeback it must
   * stay false twice as long.
   */
  function resolveAll(record: Readonly<IssueRecord>, how: string) {
    const restMs = Math.min(limits.restMs * 2 ** record.comebacks, limits.restMostMs);
    if (record.comebacks === 0 || clock.now() - record.lastSeenAt >= restMs) resolved(record, how);
  }

  // Notices left unsent by the previous run.
  for (const record of records.values()) if (record.notices.length > 0) tell(record, null);

  return {
    all: (): Iterable<Readonly<IssueRecord>> => records.values(),
    get: (id: string): Readonly<IssueRecord> | undefined => records.get(id),
    active,
    see: seen,
    /** Counts a successful delivery towards an active issue; returns the successes in a row. */
    credit: (record: IssueRecord) => ++record.successes,
    resolve: resolved,
    resolveAll,
    /**
     * Compares the current findings of these kinds with the active issues: opens new ones, and ceases those not
     * found.
     */
    reconcile(kinds: readonly IssueKind[], findings: readonly Finding[], over: string): void {
      const found = new Set(findings.map(({ fingerprint }) => fingerprint));
      for (const finding of findings) {
        const known = active(finding.fingerprint);
        if (known === undefined || isNews(known, finding, clock.now()))
          seen(finding, { ...nowhere, times: known === undefined ? 1 : 0 });
      }
      for (const record of records.values())
        if (kinds.includes(record.kind) && !found.has(record.fingerprint)) resolveAll(record, over);
    },
    /**
     * Applies an action of a person. Resolves with the completed audit entry when both are durable; null: unknown
     * issue. Throws AppError `conflict`.
     */
    async act(id: string, act: IssueAct, entry: NewAuditEntry): Promise<NewAuditEntry | null> {
      const record = records.get(id);
      if (record === undefined) return null;
      const before = structuredClone(record);
      const change = applyAct(record, act, clock.now());
      const changed = { pointer: '/state', before: before.state, after: record.state };
      const full = { ...entry, changes: [changed, ...entry.changes] };
      const saved = turn.then(() => store.save([record], full));
      turn = saved.catch(() => {});
      try {
        await saved;
      } catch (error) {
        const { state, openedAt, acknowledged, muted, resolved, isResolved, successes } = before;
        Object.assign(record, { state, openedAt, acknowledged, muted, resolved, isResolved, successes });
        throw error;
      }
      tell(record, change);
      return full;
    },
    /** Unmutes issues whose time is up, and removes those resolved before `before`. */
    tidy(before: number): void {
      const now = clock.now();
      for (const record of records.values()) {
        const change = wake(record, now);
        if (change !== null) tell(record, change);
      }
      const resolved = [...records.values()]
        .filter((one) => one.resolved !== null)
        .sort((a, b) => (a.resolved?.at ?? 0) - (b.resolved?.at ?? 0));
      // Records are removed before the limit is reached.
      let over = records.size - Math.floor(limits.recordsMost * 0.9);
      for (const record of resolved) {
        if ((record.resolved?.at ?? 0) >= before && over <= 0) break;
        remove(record);
        over -= 1;
      }
    },
    watch(listener: NoticeListener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** Resolves when every change so far is on disk or its write has failed. */
    async settled(): Promise<void> {
      keepNow();
      await turn;
      await telling;
    },
    async [Symbol.asyncDispose]() {
      keepNow();
      await turn;
      await telling;
      keep?.cancel();
      if (dirty.size > 0) await write();
      keep?.cancel();
    },
  };
}

/** Whether the finding changes the issue enough to write it. */
function isNews(known: IssueRecord, finding: Finding, now: number): boolean {
  const isSame = known.detail === finding.detail && known.title === finding.title;
  const isWorse = known.severity === 'warning' && finding.severity === 'critical';
  return !isSame || known.isResolved || isWorse || now - known.lastSeenAt >= knownMs;
}

const nowhere = { samples: [], actionIds: [] };

function noticeOf(record: IssueRecord, change: NonNullable<NoticeState>, now: number): IssueNotice {
  const { id, kind, severity, title, likelyFix, connectionId, destinationId, actionId } = record;
  record.noticed += 1;
  return {
    id: `${id}-${record.noticed}`,
    issueId: id,
    change,
    kind,
    severity,
    title,
    detail: change === 'resolved' ? (record.resolved?.how ?? record.detail) : record.detail,
    likelyFix,
    connectionId,
    destinationId,
    actionId,
    at: new Date(now).toISOString(),
    path: `/issues/${id}`,
  };
}
