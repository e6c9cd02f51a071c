import { movedAddress } from '../../connections/connection-address.ts';
import type { ConnectionBody } from '../../contract/documents/connection.ts';
import { deletedKeptMs } from '../../contract/documents/deleted.ts';
import type { ManagedKind } from '../../contract/documents/document.ts';
import { AppError } from '../../contract/errors.ts';
import type { Bodies } from '../../pipeline/snapshot/snapshot.ts';
import type { ApiParts } from '../call/call.ts';
import { byNumber, numbersOf, pageOfLarge } from '../http/pagination.ts';
import { found } from '../http/validate.ts';
import { type Store, withStatusOf } from './changes.ts';
import type { Kind } from './document-kind.ts';
import { type Doc, type DocumentCall, isStandard, type Reader, scopeOf } from './reading.ts';
import { secretPointers, withoutSecrets } from './secret-fields.ts';

/** The versions of the documents of one kind, also of deleted ones, and what makes them present again. */
export function documentHistory<K extends ManagedKind>(
  kind: Kind<K>,
  parts: ApiParts,
  { all, find, shownPage }: Reader<K>,
  { findToChange, checkNameIsFree, put }: Store<K>,
) {
  const { configuration } = parts.pipeline;

  /** A stored version. Throws AppError `not_found`. */
  async function stored(id: string, version: number): Promise<Bodies[K]> {
    find(configuration.snapshot, id);
    const [old] = await parts.catalog.versions({ kind: kind.kind, id, before: version + 1, limit: 1 });
    if (old?.version !== version) throw new AppError('not_found', `The ${kind.kind} ${id} has no version ${version}.`);
    return old.body as Bodies[K]; // of the same kind
  }

  /** A connection as it was before a time in ms; null: it did not exist. */
  async function connectionBefore(id: string, time: number): Promise<ConnectionBody | null> {
    for (let before: number | undefined; ; ) {
      const range = before === undefined ? {} : { before };
      const versions = await parts.catalog.versions({ kind: 'connection', id, limit: 20, ...range });
      const found = versions.find(({ updatedAt }) => Date.parse(updatedAt) < time);
      if (found !== undefined) return found.body as ConnectionBody; // of this kind
      before = versions.at(-1)?.version;
      if (before === undefined) return null;
    }
  }

  return {
    async versions({ params: { id }, query }: DocumentCall) {
      const { snapshot } = configuration;
      const present = find(snapshot, id);
      const page = await pageOfLarge(query, byNumber('version'), async ({ limit, ...range }) => {
        if (isStandard(id)) return (range.before ?? range.after) === undefined ? [present] : [];
        const of = { kind: kind.kind, id, limit, listed: true, ...numbersOf(range) };
        return (await parts.catalog.versions(of)) as Doc<K>[]; // of this kind
      });
      return shownPage(page, snapshot);
    },

    /** Makes a deleted document present again, as it was; without its secrets if its connection has another address since. */
    async restore(call: DocumentCall) {
      const { id } = call.params;
      const [deleted] = await parts.catalog.deleted({ kinds: [kind.kind], id, limit: 1 });
      const isKept = deleted !== undefined && deleted.deletedAt >= parts.now() - deletedKeptMs;
      const [last] = isKept ? await parts.catalog.versions({ kind: kind.kind, id, limit: 1 }) : [];
      const document = found(last, `There is no deleted ${kind.kind} ${id}.`) as Doc<K>; // of this kind
      const parent = scopeOf(document.body);
      const former = parent === '' ? null : await connectionBefore(parent, deleted?.deletedAt ?? 0);
      const { shown } = await put(
        call,
        (snapshot, programs) => {
          if (all(snapshot).has(id)) throw new AppError('not_found', `The ${kind.kind} ${id} is not deleted.`);
          const present = snapshot.documents.connection.get(parent)?.body;
          if (parent !== '' && present === undefined)
            throw new AppError('conflict', 'Its connection is deleted. Restore the connection first.');
          const isMoved = present !== undefined && (former === null || movedAddress(former, present) !== null);
          const body = isMoved ? withoutSecrets(document.body, () => true) : document.body;
          checkNameIsFree({ body, before: document }, snapshot);
          const warnings = kind.check({ body, before: document, kept: [], snapshot, programs });
          return { before: document, body, warnings: [...warnings, ...lostSecrets(document, body)] };
        },
        { act: 'restore' },
      );
      return shown;
    },

    async rollback(call: DocumentCall) {
      const { version } = call.body();
      const old = await stored(call.params.id, version);
      const { shown } = await put(
        call,
        (snapshot, programs) => {
          const before = findToChange(snapshot, call.params.id, call);
          const body = withStatusOf(kind.rolledBack?.(old, before.body) ?? old, before.body);
          const warnings = kind.check({ body, before, kept: [], snapshot, programs });
          return { before, body, warnings: [...warnings, ...lostSecrets({ version, body: old }, body)] };
        },
        { act: 'rollback' },
      );
      return shown;
    },
  };
}

/** A warning that names the secrets of an old version that are not in the restored body. */
function lostSecrets(old: { version: number; body: unknown }, body: unknown): string[] {
  const left = new Set(secretPointers(body));
  const lost = secretPointers(old.body).filter((pointer) => !left.has(pointer));
  if (lost.length === 0) return [];
  return [`The secrets of version ${old.version} were not restored: ${lost.join(', ')}. Enter them again.`];
}
