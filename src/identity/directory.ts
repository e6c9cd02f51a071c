import type { AccountChange, AccountRecord, Accounts } from '../accounts/accounts.ts';
import { createListeners } from '../async/listeners.ts';
import { optimisticChanges } from '../async/optimistic-changes.ts';
import { AppError } from '../contract/errors.ts';
import type { NewId } from '../contract/ids.ts';
import type { NewAuditEntry } from '../contract/records/audit.ts';
import { scrubbedEntry } from '../contract/records/audit-changes.ts';
import { type AccountSnapshot, accountSnapshot } from './account-snapshot.ts';
import { defaultRoles } from './default-roles.ts';

/** A change of accounts with its audit entries. */
export type Plan = { changes: readonly AccountChange[]; entries: readonly NewAuditEntry[] };

/** The accounts in memory: read without storage, changed through storage. */
export type Directory = Awaited<ReturnType<typeof loadDirectory>>;

/** Uses are stored this often, and those at other nodes read. */
const useEveryMs = 60_000;

/** A use at another node is known here after this time. */
export const useKnownMs = 3 * useEveryMs;

export type DirectoryParts = {
  accounts: Accounts;
  now: () => number;
  newId: NewId;
  failed: (error: unknown, doing: string) => void;
  /** Removes secrets from audit entries. */
  scrub: (text: string) => string;
  /** Called after each audit entry is written. */
  audited: (entry: NewAuditEntry) => void;
};

/** Loads the accounts; a new installation gets the default roles. */
export async function loadDirectory(parts: DirectoryParts) {
  const { accounts, now, newId, failed, scrub, audited } = parts;
  const listeners = createListeners<[]>((error) => failed(error, 'notify a listener of changed accounts'));
  const used = new Map<string, number>();
  let records = new Map<string, AccountRecord>();
  let snapshot: AccountSnapshot;
  let loadedAt = 0;

  async function reload() {
    loadedAt = now();
    const all = await accounts.all();
    records = new Map(all.records.map((record) => [rowName(record.kind, record.value.id), record]));
    snapshot = accountSnapshot(all.revision, records.values());
  }

  /** Reads what another process changed, as if it were changed here. */
  async function refresh() {
    const { revision } = snapshot;
    await reload();
    for (const id of used.keys()) if (!isUsable(id)) used.delete(id);
    if (snapshot.revision !== revision) listeners.tell();
  }

  const isUsable = (id: string) => records.has(rowName('token', id)) || records.has(rowName('session', id));

  const inTurn = optimisticChanges(
    refresh,
    () => new AppError('conflict', 'Too many changes at once. Send the request again.'),
  );

  async function change<P extends Plan>(plan: P): Promise<P | null> {
    const entries = plan.entries.map((entry) => scrubbedEntry(entry, scrub));
    const revision = await accounts.change(snapshot.revision, plan.changes, entries);
    if (revision === null) return null;
    for (const change of plan.changes) {
      if (change.op === 'put') records.set(rowName(change.kind, change.value.id), change);
      else {
        records.delete(rowName(change.kind, change.id));
        used.delete(change.id);
      }
    }
    snapshot = accountSnapshot(revision, records.values());
    for (const entry of entries) audited(entry);
    // The change is durable already.
    listeners.tell();
    return plan;
  }

  /** When a token or session was last used, here or at another node, exact to some minutes. */
  function lastUsedAt<T extends { id: string; lastUsedAt: number | null }>({
    id,
    lastUsedAt: stored,
  }: T): T['lastUsedAt'] {
    const here = used.get(id);
    if (here === undefined || stored === null) return here ?? stored;
    // A clock that was ahead leaves a use in the future, which is replaced.
    return stored > now() + useEveryMs ? here : Math.max(here, stored);
  }

  await reload();
  const directory = {
    get snapshot(): AccountSnapshot {
      return snapshot;
    },
    /**
     * `build` checks the snapshot and returns the change to write (or throws AppError). It runs again when the
     * accounts changed before the write. Resolves with the plan when it is durable and in effect.
     */
    change: <P extends Plan>(build: (snapshot: AccountSnapshot) => P): Promise<P> =>
      inTurn(async () => change(build(snapshot))),
    /** Reads what another process changed, and once a minute what was used there. Resolves when it is in effect. */
    follow: (): Promise<void> =>
      inTurn(async () => {
        const isOld = Math.abs(now() - loadedAt) >= useEveryMs;
        if (isOld || (await accounts.revision()) !== snapshot.revision) await refresh();
      }),
    /** `listener` is called after each change, of this process or of another one, until the returned function is called. */
    watch: listeners.add,
    lastUsedAt,
    /** Records a use; written to storage at most once a minute for each token or session. */
    noteUse(kind: 'token' | 'session', one: { id: string; lastUsedAt: number | null }): void {
      const at = now();
      if (Math.abs(at - (lastUsedAt(one) ?? 0)) < useEveryMs) return;
      used.set(one.id, at);
      accounts.touch([{ kind, id: one.id, at }]).catch((error: unknown) => failed(error, 'record a use'));
    },
  };
  // Revision 0: this is a new installation.
  if (directory.snapshot.revision === 0)
    await directory.change(({ revision }) => ({ changes: revision > 0 ? [] : firstRoles(newId, now()), entries: [] }));
  return directory;
}

function firstRoles(newId: NewId, at: number): AccountChange[] {
  return defaultRoles.map((role) => ({
    op: 'put',
    kind: 'role',
    value: { id: newId('role'), ...role, version: 1, createdAt: at, updatedAt: at, updatedBy: 'millrace' },
  }));
}

const rowName = (kind: string, id: string) => `${kind} ${id}`;
