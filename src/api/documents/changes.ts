import type { Change, StoredDocument } from '../../catalog/catalog.ts';
import type { ManagedKind } from '../../contract/documents/document.ts';
import { AppError, inUse, invalid } from '../../contract/errors.ts';
import { foldName } from '../../contract/fold-name.ts';
import { isObject } from '../../contract/json.ts';
import type { AuditAct } from '../../contract/records/audit.ts';
import type { Bodies, Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import type { ApiParts, Call } from '../call/call.ts';
import type { Kind } from './document-kind.ts';
import { patched } from './patch.ts';
import { type Doc, type DocumentCall, isStandard, nextVersion, type Reader, scopeOf } from './reading.ts';
import { readName, usersOf, withIds } from './references.ts';
import { isSameBody } from './secret-fields.ts';
import { type Programs, withPrograms } from './templates.ts';

type GivenName = Parameters<typeof readName>[1];
type Asking = Pick<Call, 'author' | 'principal' | 'ifMatch'>;

/** The next version of a document, and warnings for the caller. `before` null: a new document. */
type Made<K extends ManagedKind> = { body: Bodies[K]; before: Doc<K> | null; warnings: string[] };

/** A document of a file or of a by-name URL, as the next version of the stored one. */
export type Planned = {
  before: StoredDocument | null;
  document: StoredDocument;
  /** null: the document equals the stored one. */
  change: Change | null;
  /** All other checks before saving. Throws AppError when the document can't be saved; returns warnings. */
  check(snapshot: Snapshot, programs: Programs): string[];
};

/** Stores the documents of one kind. */
export type Store<K extends ManagedKind> = ReturnType<typeof documentStore<K>>;

/**
 * Stores documents of one kind. Every write uses `configuration.change`: its checks run on the snapshot that the change
 * is bound to.
 */
export function documentStore<K extends ManagedKind>(kind: Kind<K>, parts: ApiParts, { all, find, show }: Reader<K>) {
  /** The stored document. Throws AppError unless it exists, can be changed, and has the version of `If-Match`. */
  function findToChange(snapshot: Snapshot, id: string, { ifMatch }: Asking): Doc<K> {
    const document = find(snapshot, id);
    if (isStandard(id))
      throw new AppError(
        'conflict',
        `The ${kind.kind} ${document.body.name} ships with Millrace and can't be changed.`,
      );
    return ifMatch(document);
  }

  function sameName(name: string, scope: string, snapshot: Snapshot): Doc<K> | undefined {
    for (const id of snapshot.idsNamed(kind.kind, name, scope)) {
      const one = all(snapshot).get(id);
      if (one !== undefined && foldName(one.body.name) === foldName(name)) return one;
    }
    return undefined;
  }

  function checkNameIsFree({ body, before }: Pick<Made<K>, 'body' | 'before'>, snapshot: Snapshot): void {
    const taken = sameName(body.name, scopeOf(body), snapshot);
    if (taken === undefined || taken.id === before?.id) return;
    const article = /^[aeiou]/.test(kind.kind) ? 'An' : 'A';
    throw new AppError('name_taken', `${article} ${kind.kind} named ${taken.body.name} already exists (${taken.id}).`);
  }

  /**
   * The document with this body and its change; the stored one when `keepsSame` and they are equal. A version is listed
   * when more than the status changed.
   */
  function next({ body, before }: Pick<Made<K>, 'body' | 'before'>, call: Asking, keepsSame: boolean) {
    if (keepsSame && before !== null && isSameBody(body, before.body)) return { document: before, change: null };
    const id = before?.id ?? parts.newId(kind.kind);
    const document = { kind: kind.kind, id, ...nextVersion(body, before, call, parts.now()) };
    const unlisted = before !== null && isSameBody(withStatusOf(body, before.body), before.body);
    return { document, change: { op: 'put', document, unlisted } as const };
  }

  /**
   * Stores what `make` returns for the present snapshot, and returns the document. Throws AppError `name_taken` when
   * another document has its name. `keepsSame`: a body that equals the stored one gets no new version.
   */
  async function put(
    call: Asking,
    make: (snapshot: Snapshot, programs: Programs) => Made<K>,
    { keepsSame = false, ...by }: { keepsSame?: boolean; act?: AuditAct } = {},
  ) {
    let stored: { document: Doc<K>; warnings: string[]; isNew: boolean } | undefined;
    const snapshot = await withPrograms(parts.compute, (programs) =>
      parts.pipeline.configuration.change({ ...call.author, ...by }, (present) => {
        const made = make(present, programs);
        const { before, warnings } = made;
        checkNameIsFree(made, present);
        const { document, change } = next(made, call, keepsSame);
        stored = { document, warnings, isNew: before === null };
        return change === null ? [] : [change];
      }),
    );
    if (stored === undefined) throw new Error('the change was stored without being made');
    const { document, warnings, isNew } = stored;
    const shown = await show(document, snapshot);
    return { id: document.id, isNew, shown: warnings.length === 0 ? shown : { ...shown, warnings } };
  }

  return { findToChange, sameName, checkNameIsFree, next, put };
}

const pathOf = (kind: ManagedKind, id: string) => `/api/v1/${kind}s/${id}`;

/** A body with the status of another one, where its kind has a status. */
export function withStatusOf<Body extends object>(body: Body, of: object): Body {
  return 'status' in of ? { ...body, status: of.status } : body;
}

/** The operations that write documents of one kind. */
export function documentChanges<K extends ManagedKind>(
  kind: Kind<K>,
  parts: ApiParts,
  { read, parse }: Reader<K>,
  { findToChange, sameName, checkNameIsFree, next, put }: Store<K>,
) {
  /** The stored document with a name as paths and files have it, and the JSON of its body with ids for names. */
  function named(call: Asking, place: GivenName, json: Record<string, unknown>, snapshot: Snapshot) {
    const { name, parent } = readName(kind.kind, place, snapshot);
    const called = sameName(name, parent ?? '', snapshot);
    const before = called === undefined ? null : findToChange(snapshot, called.id, call);
    if (before === null) call.ifMatch(null);
    const given = withIds(kind.kind, json, snapshot);
    return { name, before, parent, given: { ...given, name: given['name'] ?? name } };
  }

  /** Stores a new version of the document with the id of the path, read from JSON. */
  async function write(call: DocumentCall, jsonOf: (before: Doc<K>) => unknown) {
    const { shown } = await put(call, (snapshot, programs) => {
      const before = findToChange(snapshot, call.params.id, call);
      return { before, ...read(jsonOf(before), { before, parent: null }, snapshot, programs) };
    });
    return shown;
  }

  return {
    async create(call: DocumentCall, parent: string | null) {
      const { id, shown } = await put(call, (snapshot, programs) => {
        const basis = { before: null, parent };
        return { ...basis, ...read(call.json, basis, snapshot, programs) };
      });
      call.reply.header('location', pathOf(kind.kind, id));
      return shown;
    },

    replace: (call: DocumentCall) => write(call, () => call.json),

    change: (call: DocumentCall) => write(call, ({ body }) => patched(kind, body, call.json)),

    /** Creates or replaces a document by its name. An unchanged document gets no new version. */
    async apply(call: DocumentCall) {
      const { json } = call;
      const { id, shown, isNew } = await put(
        call,
        (snapshot, programs) => {
          if (!isObject(json)) throw invalid([{ pointer: '', detail: 'Must be an object.' }]);
          const { name, given, ...basis } = named(call, { text: call.params.name }, json, snapshot);
          const called = json['name'] ?? name;
          if (typeof called !== 'string' || foldName(called) !== foldName(name))
            throw invalid([{ pointer: '/name', detail: 'Must equal the name in the URL, or be left out.' }]);
          return { ...basis, ...read(given, basis, snapshot, programs) };
        },
        { keepsSame: true },
      );
      if (isNew) call.reply.code(201).header('location', pathOf(kind.kind, id));
      return shown;
    },

    /** The document of a file, by its name. Throws AppError. */
    planned(call: Asking, place: GivenName, json: Record<string, unknown>, snapshot: Snapshot): Planned {
      const { given, ...basis } = named(call, place, json, snapshot);
      const { before } = basis;
      const { body, kept } = parse(given, basis);
      checkNameIsFree({ body, before }, snapshot);
      const check = (present: Snapshot, programs: Programs) =>
        kind.check({ body, before, kept, snapshot: present, programs, isImport: true });
      return { before, ...next({ body, before }, call, true), check };
    },

    async remove(call: DocumentCall): Promise<undefined> {
      const { id } = call.params;
      await parts.pipeline.configuration.change(call.author, (snapshot) => {
        const document = findToChange(snapshot, id, call);
        const users = usersOf(kind.kind, id, snapshot);
        if (users.length > 0) throw inUse(users);
        const updatedAt = new Date(parts.now()).toISOString();
        return [{ op: 'delete', document: { ...document, updatedAt, updatedBy: call.principal.name } }];
      });
    },
  };
}
