import type { AccountChange, AccountRecord, Accounts } from '../accounts/accounts.ts';
import { AppError } from '../contract/errors.ts';
import type { NewId } from '../contract/ids.ts';
import type { NewAuditEntry } from '../contract/records/audit.ts';
import { scrubbedEntry } from '../contract/records/audit-changes.ts';
import { type Picture, pictureOf } from './account-snapshot.ts';
import { defaultRoles } from './default-roles.ts';

/** What somebody wants to change, and how the audit trail tells it. */
export type Plan = { changes: readonly AccountChange[]; entries: readonly NewAuditEntry[] };

/** The accounts in memory: asked at each request without storage, changed through storage. */
export type Directory = Awaited<ReturnType<typeof loadDirectory>>;

const useEveryMs = 60_000;
const conflictsMax = 20;
const ignore = () => {};

export type DirectoryParts = {
  accounts: Accounts;
  now: () => number;
  newId: NewId;
  failed: (error: unknown, doing: string) => void;
  /** Takes secrets out of what the audit trail gets to hold. */
  scrub: (text: string) => string;
  /** Called with each entry that was written. */
  audited: (entry: NewAuditEntry) => void;
};

/** Loads the accounts; those that were never changed get the default roles. */
export async function loadDirectory(parts: DirectoryParts) {
  const { accounts, now, newId, failed, scrub, audited } = parts;
  const listeners = new Set<() => void>();
  const used = new Map<string, number>();
  let records = new Map<string, AccountRecord>();
  let picture: Picture;

  async function reload() {
    const all = await accounts.all();
    records = new Map(all.records.map((record) => [placeOf(record.kind, record.value.id), record]));
    picture = pictureOf(all.revision, records.values());
  }

  /** The change is durable: a listener that throws is no failure of it. */
  function tell(listener: () => void) {
    try {
      listener();
    } catch (error) {
      failed(error, 'tell a listener of changed accounts');
    }
  }

  // One after the other: a picture that was read beside a change could replace the newer one that the change makes.
  let turn: Promise<unknown> = Promise.resolve();

  async function changeNow<P extends Plan>(build: (picture: Picture) => P): Promise<P> {
    for (let tries = 0; tries < conflictsMax; tries++) {
      const plan = build(picture);
      const entries = plan.entries.map((entry) => scrubbedEntry(entry, scrub));
      const revision = await accounts.change(picture.revision, plan.changes, entries);
      if (revision === null) {
        await reload();
        continue;
      }
      for (const change of plan.changes) {
        if (change.op === 'put') records.set(placeOf(change.kind, change.value.id), change);
        else {
          records.delete(placeOf(change.kind, change.id));
          used.delete(change.id);
        }
      }
      picture = pictureOf(revision, records.values());
      for (const entry of entries) audited(entry);
      for (const listener of listeners) tell(listener);
      return plan;
    }
    throw new AppError('conflict', 'Too many changes at once. Send the request again.');
  }

  /** When a token or session was last used, exact to a minute. */
  const lastUsedAt = <T extends { id: string; lastUsedAt: number | null }>({
    id,
    lastUsedAt: stored,
  }: T): T['lastUsedAt'] => used.get(id) ?? stored;

  await reload();
  const directory = {
    get picture(): Picture {
      return picture;
    },
    /**
     * `build` checks against the picture it is given and returns what to write (or throws AppError). It runs again when
     * another change was made in between. Resolves with what it built when that is durable and in effect.
     */
    change<P extends Plan>(build: (picture: Picture) => P): Promise<P> {
      const changed = turn.then(() => changeNow(build));
      turn = changed.then(ignore, ignore);
      return changed;
    },
    /** `listener` is called after each change, until the returned function is called. */
    watch(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    lastUsedAt,
    /** Notes a use; written to storage at most once a minute for each. */
    noteUse(kind: 'token' | 'session', one: { id: string; lastUsedAt: number | null }): void {
      const at = now();
      if (at - (lastUsedAt(one) ?? 0) < useEveryMs) return;
      used.set(one.id, at);
      accounts.touch([{ kind, id: one.id, at }]).catch((error: unknown) => failed(error, 'note a use'));
    },
  };
  // Nothing was ever changed: this is a new installation.
  if (directory.picture.revision === 0)
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

const placeOf = (kind: string, id: string) => `${kind} ${id}`;
