import { sharedRun } from '../async/in-turn.ts';
import { withoutText } from '../contract/erased-text.ts';
import type { NewId } from '../contract/ids.ts';
import type { NewAuditEntry } from '../contract/records/audit.ts';
import type { IssueRecord } from '../issues/issues.ts';
import type { Finding, Occurrences } from './finding.ts';
import { madeAt, seenAt } from './issue-changes.ts';
import { applyAct, type IssueAct, isMuteOver, type NoticeState, opened, resolve, wake } from './issue-life.ts';
import { createIssueWriter, type IssueWriterParts } from './issue-writer.ts';
import type { Thresholds } from './thresholds.ts';

/** All issues, in memory and on disk. */
export type IssueRegistry = Awaited<ReturnType<typeof openIssueRegistry>>;

type RegistryParts = IssueWriterParts & {
  newId: NewId;
  /** Whether this node finds and ends the issues of a connection; null: those of none. Left out: all. */
  isOwn?(connectionId: string | null): boolean;
};

/** Loads all issues. Their changes are written by issue-writer.ts; `follow` reads those of other nodes. */
export async function openIssueRegistry(options: RegistryParts) {
  const { store, clock, limits, isOwn = () => true } = options;
  const loaded = await store.load();
  let { revision } = loaded;
  const records = new Map(loaded.records.map((record) => [record.id, record]));
  const byFingerprint = new Map(Array.from(records.values(), (record) => [record.fingerprint, record]));
  const writer = createIssueWriter(records, place, options);

  /** Replaces what is known of an issue: its id can be that of another node, its fingerprint that after an erasure. */
  function place(record: IssueRecord, stored: IssueRecord) {
    const same = byFingerprint.get(stored.fingerprint);
    if (same !== undefined && same !== record) forget(same, true);
    // One whose id stays keeps its place in the order.
    if (record.id !== stored.id) records.delete(record.id);
    if (byFingerprint.get(record.fingerprint) === record) byFingerprint.delete(record.fingerprint);
    Object.assign(record, stored);
    records.set(record.id, record);
    byFingerprint.set(record.fingerprint, record);
  }

  /** `isStored`: another node has removed it. */
  function forget(record: IssueRecord, isStored: boolean) {
    records.delete(record.id);
    if (byFingerprint.get(record.fingerprint) === record) byFingerprint.delete(record.fingerprint);
    writer.removed(record, isStored);
  }

  const make = (record: IssueRecord, change: (record: IssueRecord, now: number) => NoticeState) => {
    const now = clock.now();
    writer.changed(
      record,
      madeAt(now, (one) => change(one, now)),
    );
  };

  const follow = sharedRun(async () => {
    const news = await store.since(revision);
    for (const stored of news.records) {
      const known = records.get(stored.id) ?? byFingerprint.get(stored.fingerprint);
      if (known === undefined) {
        place(stored, stored);
        writer.adopt(stored, stored);
      } else if (known.revision < stored.revision) writer.adopt(known, stored);
    }
    const left = news.ids === null ? null : new Set(news.ids);
    for (const record of left === null ? [] : [...records.values()])
      if (
        !left?.has(record.id) &&
        record.revision > 0 &&
        record.revision <= news.revision &&
        !writer.hasChanges(record)
      )
        forget(record, true);
    revision = news.revision;
  });

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
    writer.changed(record, seenAt(now, finding, occurrences));
  }

  /** Resolves the issue because its problem is gone. */
  function resolved({ id }: Readonly<IssueRecord>, how: string) {
    const record = records.get(id);
    if (record !== undefined && record.state !== 'resolved' && !record.isResolved)
      make(record, (one, now) => (one.isResolved ? null : resolve(one, how, now)));
  }

  /**
   * Reports that the condition is false now. Resolves the issue at once the first time; after each comeback it must
   * stay false twice as long.
   */
  function ceased(record: Readonly<IssueRecord>, how: string) {
    if (hasRested(record, clock.now(), limits)) resolved(record, how);
  }

  return {
    all: (): Iterable<Readonly<IssueRecord>> => records.values(),
    get: (id: string): Readonly<IssueRecord> | undefined => records.get(id),
    /** Whether an issue is open, and not acknowledged, muted or resolved. */
    isOpen: (id: string): boolean => records.get(id)?.state === 'open',
    /** Whether this node finds and ends this issue. */
    isOwn: ({ connectionId }: Pick<IssueRecord, 'connectionId'>): boolean => isOwn(connectionId),
    /** Reads the changes that other nodes have stored. */
    follow,
    /** Sends notices of issues to one part, while it is not null; they wait until there is one. */
    sendNotices: writer.follow,
    active,
    see: seen,
    /** Counts a successful delivery towards an active issue; returns the successes in a row. */
    credit: (record: IssueRecord) => ++record.successes,
    resolve: resolved,
    /** Resolves the issues of a kind that have not occurred for `quietMs`. */
    resolveQuiet(kind: IssueRecord['kind'], quietMs: number, how: string): void {
      const now = clock.now();
      for (const record of records.values())
        if (record.kind === kind && isOwn(record.connectionId) && now - record.lastSeenAt >= quietMs)
          resolved(record, how);
    },
    ceased,
    /**
     * Applies an action of a person. Resolves with the completed audit entry when both are durable; null: unknown
     * issue. Throws AppError `conflict`.
     */
    async act(id: string, act: IssueAct, entry: NewAuditEntry): Promise<NewAuditEntry | null> {
      const record = records.get(id);
      if (record === undefined) return null;
      return writer.act(
        record,
        (one) => applyAct(one, act, clock.now()),
        (before) => {
          const changed = { pointer: '/state', before: before.state, after: record.state };
          return { ...entry, changes: [changed, ...entry.changes] };
        },
      );
    },
    /** Unmutes issues whose time is up, and removes those resolved before `before`. */
    tidy(before: number): void {
      for (const record of records.values())
        if (isOwn(record.connectionId) && isMuteOver(record, clock.now())) make(record, wake);
      for (const record of removable(records, before, limits)) if (isOwn(record.connectionId)) forget(record, false);
    },
    /** Removes the text of an erased visitor from memory, and then from the disk. */
    erase(text: string): void {
      for (const record of records.values()) {
        const next = withoutText(record, text);
        if (next === record) continue;
        const same = byFingerprint.get(next.fingerprint);
        if (same !== undefined && same !== record) forget(same, false);
        make(record, (one) => {
          place(one, withoutText(one, text));
          return null;
        });
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
