import { withoutText } from '../contract/erased-text.ts';
import type { NewId } from '../contract/ids.ts';
import type { NewAuditEntry } from '../contract/records/audit.ts';
import type { IssueRecord } from '../issues/issues.ts';
import type { Finding, Occurrences } from './finding.ts';
import { applyAct, countOccurrences, type IssueAct, opened, resolve, see, undoAct, wake } from './issue-life.ts';
import { createIssueWriter, type IssueWriterParts } from './issue-writer.ts';
import type { Thresholds } from './thresholds.ts';

/** All issues, in memory and on disk. */
export type IssueRegistry = Awaited<ReturnType<typeof openIssueRegistry>>;

/** Loads all issues. Their changes are written by issue-writer.ts. */
export async function openIssueRegistry(options: IssueWriterParts & { newId: NewId; limits: Thresholds }) {
  const { store, clock, limits } = options;
  const records = new Map((await store.load()).map((record) => [record.id, record]));
  const byFingerprint = new Map(Array.from(records.values(), (record) => [record.fingerprint, record]));
  const writer = createIssueWriter(records, options);

  /** The unresolved issue with this fingerprint. */
  function active(fingerprint: string): IssueRecord | undefined {
    const record = byFingerprint.get(fingerprint);
    return record?.state === 'resolved' ? undefined : record;
  }

  /** Records an occurrence: opens, counts or reopens the issue. */
  function seen(finding: Finding, occurrences: Occurrences) {
    const now = clock.now();
    const known = byFingerprint.get(finding.fingerprint);
    if (known === undefined && records.size >= limits.recordsMax) return;
    const record = known ?? opened(options.newId('issue'), finding, now);
    records.set(record.id, record);
    byFingerprint.set(record.fingerprint, record);
    const change = known === undefined ? 'opened' : see(record, finding, now, limits);
    countOccurrences(record, occurrences, now, limits);
    writer.changed(record, change);
  }

  /** Resolves the issue because its problem is gone. */
  function resolved({ id }: Readonly<IssueRecord>, how: string) {
    const record = records.get(id);
    if (record !== undefined && record.state !== 'resolved' && !record.isResolved)
      writer.changed(record, resolve(record, how, clock.now()));
  }

  /**
   * Reports that the condition is false now. Resolves the issue at once the first time; after each comeback it must
   * stay false twice as long.
   */
  function ceased(record: Readonly<IssueRecord>, how: string) {
    if (hasRested(record, clock.now(), limits)) resolved(record, how);
  }

  function remove(record: IssueRecord) {
    records.delete(record.id);
    if (byFingerprint.get(record.fingerprint) === record) byFingerprint.delete(record.fingerprint);
    writer.removed(record);
  }

  return {
    all: (): Iterable<Readonly<IssueRecord>> => records.values(),
    get: (id: string): Readonly<IssueRecord> | undefined => records.get(id),
    /** Whether an issue is open, and not acknowledged, muted or resolved. */
    isOpen: (id: string): boolean => records.get(id)?.state === 'open',
    /** Sends notices of issues to one part; they wait until there is one. */
    follow: writer.follow,
    active,
    see: seen,
    /** Counts a successful delivery towards an active issue; returns the successes in a row. */
    credit: (record: IssueRecord) => ++record.successes,
    resolve: resolved,
    /** Resolves the issues of a kind that have not occurred for `quietMs`. */
    resolveQuiet(kind: IssueRecord['kind'], quietMs: number, how: string): void {
      const now = clock.now();
      for (const record of records.values())
        if (record.kind === kind && now - record.lastSeenAt >= quietMs) resolved(record, how);
    },
    ceased,
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
      try {
        await writer.save(record, full);
      } catch (error) {
        undoAct(record, before);
        throw error;
      }
      writer.changed(record, change);
      return full;
    },
    /** Unmutes issues whose time is up, and removes those resolved before `before`. */
    tidy(before: number): void {
      for (const record of records.values()) {
        const change = wake(record, clock.now());
        if (change !== null) writer.changed(record, change);
      }
      for (const record of removable(records, before, limits)) remove(record);
    },
    /** Removes the text of an erased visitor from memory, and then from the disk. */
    erase(text: string): void {
      for (const record of records.values()) {
        const next = withoutText(record, text);
        if (next === record) continue;
        byFingerprint.delete(record.fingerprint);
        const same = byFingerprint.get(next.fingerprint);
        if (same !== undefined) remove(same);
        byFingerprint.set(next.fingerprint, Object.assign(record, next));
        writer.changed(record, null);
      }
    },
    settled: writer.settled,
    [Symbol.asyncDispose]: writer[Symbol.asyncDispose],
  };
}

/** Records resolved before `before`, and the longest resolved ones before the limit of records is reached. */
function removable(records: ReadonlyMap<string, IssueRecord>, before: number, { recordsMax }: Thresholds) {
  const over = records.size - Math.floor(recordsMax * 0.9);
  return Array.from(records.values())
    .flatMap((record) => (record.resolved === null ? [] : { record, at: record.resolved.at }))
    .sort((a, b) => a.at - b.at)
    .flatMap(({ record, at }, index) => (at < before || index < over ? record : []));
}

function hasRested({ comebacks, lastSeenAt }: Readonly<IssueRecord>, now: number, { restMs, restMsMax }: Thresholds) {
  return comebacks === 0 || now - lastSeenAt >= Math.min(restMs * 2 ** comebacks, restMsMax);
}
