import type { Change } from '../../catalog/catalog.ts';
import type { ManagedKind } from '../../contract/documents/document.ts';
import { AppError } from '../../contract/errors.ts';
import { foldName } from '../../contract/fold-name.ts';
import type { AuditAct } from '../../contract/records/audit.ts';
import type { Page } from '../../contract/records/page.ts';
import type { Bodies, Document, Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import { authorOf } from '../call/audit-author.ts';
import type { ApiParts, Call } from '../call/call.ts';
import { checkIfMatch, versionTag } from '../http/etag.ts';
import { isObject } from '../http/merge-patch.ts';
import { pageOfCut, pageOfList, readCursor } from '../http/pagination.ts';
import { invalid, validate } from '../http/validate.ts';
import type { Kind } from './document-kind.ts';
import { patched, withoutReadOnly } from './patch.ts';
import { isSameBody, placeSecrets, secretPointers, showSecrets } from './secret-fields.ts';
import { type Programs, withPrograms } from './template-errors.ts';

type Asked = Pick<Call, 'reply' | 'request' | 'principal'>;

/**
 * Reads and writes the documents of one kind. Responses are documents as the API returns them, with the ETag set.
 * Writes use `configuration.change`: every check runs on the snapshot that the change is bound to.
 */
export function documentsOf<K extends ManagedKind>(kind: Kind<K>, parts: ApiParts) {
  const { configuration } = parts.pipeline;
  type Doc = Document<Bodies[K]>;
  type From = { snapshot: Snapshot; before: Doc | null; parent: string | null; programs: Programs };
  type Built = { document: Doc; warnings: string[]; isNew: boolean; isUnchanged: boolean };

  const all = (snapshot: Snapshot): ReadonlyMap<string, Doc> =>
    snapshot.documents[kind.kind] as ReadonlyMap<string, Doc>; // the map of this very kind

  function find(snapshot: Snapshot, id: string): Doc {
    const document = all(snapshot).get(id);
    if (document === undefined) throw new AppError('not_found', `There is no ${kind.kind} ${id}.`);
    return document;
  }

  function findToChange(snapshot: Snapshot, id: string, asked: Asked): Doc {
    const document = find(snapshot, id);
    if (kind.isFixed?.(id) === true)
      throw new AppError(
        'conflict',
        `The ${kind.kind} ${document.body.name} ships with Millrace and can't be changed.`,
      );
    checkIfMatch(asked.request.headers['if-match'], document.version);
    return document;
  }

  async function show(document: Doc, snapshot: Snapshot): Promise<Record<string, unknown>> {
    const { id, version, createdAt, updatedAt, updatedBy } = document;
    const body = showSecrets(document.body) as object; // bodies are objects
    return {
      id,
      ...body,
      ...(await kind.shownWith(document, snapshot)),
      version,
      createdAt,
      updatedAt,
      updatedBy,
    };
  }

  async function answer(document: Doc, snapshot: Snapshot, asked: Asked) {
    asked.reply.header('etag', versionTag(document.version));
    return show(document, snapshot);
  }

  /** The document that `json` makes of `before`, with secrets in place; only its shape is checked. */
  function parse(json: unknown, from: { before: Doc | null; parent: string | null }) {
    const { before, parent } = from;
    const { references } = parts;
    const updatedAt = new Date(parts.now()).toISOString();
    const parsed = validate(kind.input, withoutReadOnly(json, kind.readOnly));
    const completed = kind.complete(parsed, before, parent);
    const { body, kept } = placeSecrets(completed, before?.body, { updatedAt, references });
    return { body: body as Bodies[K], kept }; // the schema's output, completed, with its secrets in place
  }

  /** The same, with all checks before saving. */
  function read(json: unknown, from: From) {
    const { snapshot, before, programs } = from;
    const { body, kept } = parse(json, from);
    return { body, warnings: kind.check({ body, before, kept, snapshot, programs }) };
  }

  /** The next version of the document. Throws AppError `name_taken` when another document has its name. */
  function build(json: unknown, from: From & { asked: Asked }): Built {
    const { snapshot, before, asked } = from;
    const { body, warnings } = read(json, from);
    checkNameIsFree(body, before, snapshot);
    const now = new Date(parts.now()).toISOString();
    const id = before?.id ?? parts.newId(kind.kind);
    return {
      document: nextVersion(id, body, before, asked, now),
      warnings,
      isNew: before === null,
      isUnchanged: false,
    };
  }

  function nextVersion(id: string, body: Bodies[K], before: Doc | null, asked: Asked, now: string): Doc {
    return {
      kind: kind.kind,
      id,
      version: (before?.version ?? 0) + 1,
      body,
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
      updatedBy: asked.principal.name,
    };
  }

  function checkNameIsFree(body: Bodies[K], before: Doc | null, snapshot: Snapshot): void {
    const taken = sameName(body.name, kind.scopeOf(body), snapshot);
    if (taken !== undefined && taken.id !== before?.id)
      throw new AppError('name_taken', `A ${kind.kind} named ${taken.body.name} already exists (${taken.id}).`);
  }

  function sameName(name: string, scope: string, snapshot: Snapshot): Doc | undefined {
    for (const id of snapshot.idsNamed(kind.kind, name, scope)) {
      const one = all(snapshot).get(id);
      if (one !== undefined && foldName(one.body.name) === foldName(name)) return one;
    }
    return undefined;
  }

  /** Stores the document that `make` builds on the current snapshot, and returns it. */
  async function put(
    asked: Asked,
    make: (snapshot: Snapshot, programs: Programs) => Built,
    act: { act?: AuditAct } = {},
  ) {
    let built: Built | undefined;
    const snapshot = await withPrograms(parts.compute, (programs) =>
      configuration.change({ ...authorOf(asked.request), ...act }, (present): Change[] => {
        built = make(present, programs);
        return built.isUnchanged ? [] : [{ op: 'put', document: built.document }];
      }),
    );
    if (built === undefined) throw new Error('the change was stored without being built');
    const shown = await answer(built.document, snapshot, asked);
    return { ...built, shown: built.warnings.length === 0 ? shown : { ...shown, warnings: built.warnings } };
  }

  return {
    find,
    parse,
    read,

    async list(
      query: { limit: number; cursor?: string | undefined; name?: string | undefined; status?: string | undefined },
      parent: string | null,
      isWanted: (document: Doc, snapshot: Snapshot) => boolean = () => true,
    ): Promise<Page<Record<string, unknown>>> {
      const { snapshot } = configuration;
      const cursor = readCursor(query.cursor, isPlaceInList);
      const wanted = query.name === undefined ? '' : foldName(query.name);
      const matching = [...all(snapshot).values()].filter((document) => {
        const { body } = document;
        return (
          (parent === null || kind.scopeOf(body) === parent) &&
          (wanted === '' || foldName(body.name).includes(wanted)) &&
          (query.status === undefined || ('status' in body && body.status === query.status)) &&
          isWanted(document, snapshot)
        );
      });
      // Standard behaviors sort as the oldest, independent of their ids.
      const placeOf = (one: Doc) => `${one.createdAt} ${one.id}`;
      matching.sort((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1));
      const { data, page } = pageOfList(matching, { cursor, limit: query.limit, placeOf });
      return { data: await Promise.all(data.map((one) => show(one, snapshot))), page };
    },

    async create(json: unknown, asked: Asked, parent: string | null) {
      const { shown, document } = await put(asked, (snapshot, programs) =>
        build(json, { snapshot, before: null, parent, asked, programs }),
      );
      asked.reply.header('location', `/api/v1/${kind.kind}s/${document.id}`);
      return shown;
    },

    async get(id: string, asked: Asked) {
      const { snapshot } = configuration;
      return answer(find(snapshot, id), snapshot, asked);
    },

    async replace(id: string, json: unknown, asked: Asked) {
      const { shown } = await put(asked, (snapshot, programs) => {
        const before = findToChange(snapshot, id, asked);
        return build(json, { snapshot, before, parent: null, asked, programs });
      });
      return shown;
    },

    async change(id: string, json: unknown, asked: Asked) {
      const { shown } = await put(asked, (snapshot, programs) => {
        const before = findToChange(snapshot, id, asked);
        return build(patched(kind, before.body, json), { snapshot, before, parent: null, asked, programs });
      });
      return shown;
    },

    async remove(id: string, asked: Asked): Promise<undefined> {
      await configuration.change(authorOf(asked.request), (snapshot) => {
        const document = findToChange(snapshot, id, asked);
        const users = kind.usersOf(id, snapshot);
        if (users.length > 0) {
          const named = users.map((one) => `${one.kind} ${one.name} (${one.id})`).join(', ');
          throw new AppError('in_use', `Used by ${named}.`, { extra: { users } });
        }
        const updatedAt = new Date(parts.now()).toISOString();
        return [{ op: 'delete', document: { ...document, updatedAt, updatedBy: asked.principal.name } }];
      });
    },

    async apply(text: string, json: unknown, asked: Asked) {
      const { shown, isNew } = await put(asked, (snapshot, programs) => {
        const { name, parent } = kind.placeOfName(text, snapshot);
        if (!isObject(json)) throw invalid([{ pointer: '', detail: 'Must be an object.' }]);
        const called = json['name'];
        if (called !== undefined && (typeof called !== 'string' || foldName(called) !== foldName(name)))
          throw invalid([{ pointer: '/name', detail: 'Must equal the name in the URL, or be left out.' }]);
        const named = sameName(name, parent ?? '', snapshot);
        const before = named === undefined ? null : findToChange(snapshot, named.id, asked);
        if (before === null) checkIfMatch(asked.request.headers['if-match'], null);
        const given = { name, ...Object(kind.withIds(json, snapshot)) };
        const built = build(given, { snapshot, before, parent, asked, programs });
        // Configuration as code is applied repeatedly; an unchanged document gets no new version.
        const isUnchanged = before !== null && isSameBody(built.document.body, before.body);
        return isUnchanged ? { ...built, document: before, isUnchanged } : built;
      });
      if (isNew) asked.reply.code(201);
      return shown;
    },

    async versions(
      id: string,
      query: { limit: number; cursor?: string | undefined },
    ): Promise<Page<Record<string, unknown>>> {
      const { snapshot } = configuration;
      const present = find(snapshot, id);
      const cursor = readCursor(query.cursor, (at) => /^[1-9]\d{0,14}$/.test(at));
      const { limit } = query;
      const stored =
        kind.isFixed?.(id) === true
          ? [present]
          : ((await parts.catalog.versions({ kind: kind.kind, id, ...rangeOf(cursor, limit) })) as Doc[]); // bodies of this kind
      const cut = cursor?.side === 'newer' ? stored.filter((one) => one.version > Number(cursor.at)) : stored;
      const placeOf = (one: Doc) => String(one.version);
      const { data, page } = pageOfCut(cut, { cursor, limit, placeOf });
      return { data: await Promise.all(data.map((one) => show(one, snapshot))), page };
    },

    async rollback(id: string, version: number, asked: Asked) {
      find(configuration.snapshot, id);
      const [old] = await parts.catalog.versions({ kind: kind.kind, id, before: version + 1, limit: 1 });
      if (old?.version !== version)
        throw new AppError('not_found', `The ${kind.kind} ${id} has no version ${version}.`);
      const { shown } = await put(
        asked,
        (snapshot, programs) => {
          const before = findToChange(snapshot, id, asked);
          const stored = old.body as Bodies[K]; // a version of the same kind
          const body = kind.rolledBack?.(stored, before.body) ?? stored;
          const left = new Set(secretPointers(body));
          const lost = secretPointers(stored).filter((pointer) => !left.has(pointer));
          checkNameIsFree(body, before, snapshot);
          const warnings = kind.check({ body, before, kept: [], snapshot, programs });
          if (lost.length > 0)
            warnings.push(`The secrets of version ${version} were not restored: ${lost.join(', ')}. Enter them again.`);
          const now = new Date(parts.now()).toISOString();
          return { document: nextVersion(id, body, before, asked, now), warnings, isNew: false, isUnchanged: false };
        },
        { act: 'rollback' },
      );
      return shown;
    },

    /** Stores a change made by the server, such as a new key. */
    async amend(id: string, asked: Asked, act: AuditAct, amended: (body: Bodies[K]) => Bodies[K]) {
      const { shown } = await put(
        asked,
        (snapshot) => {
          const before = findToChange(snapshot, id, asked);
          const now = new Date(parts.now()).toISOString();
          return {
            document: nextVersion(id, amended(before.body), before, asked, now),
            warnings: [],
            isNew: false,
            isUnchanged: false,
          };
        },
        { act },
      );
      return shown;
    },
  };
}

/** Version numbers have no gaps, so the page on the newer side of a cursor follows from the numbers. */
function rangeOf(cursor: ReturnType<typeof readCursor>, limit: number): { before?: number; limit: number } {
  if (cursor === null) return { limit: limit + 1 };
  const at = Number(cursor.at);
  return cursor.side === 'older' ? { before: at, limit: limit + 1 } : { before: at + limit + 2, limit: limit + 1 };
}

function isPlaceInList(at: string): boolean {
  return /^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z [a-z]{3}_[0-9a-z_]{1,64}$/.test(at);
}
