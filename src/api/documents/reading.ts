import type { ManagedKind } from '../../contract/documents/document.ts';
import { foldName } from '../../contract/fold-name.ts';
import type { Page } from '../../contract/records/page.ts';
import type { Bodies, Document, Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import { standardBehaviors } from '../../rules/standard-behaviors.ts';
import type { ApiParts, Call, OutputOf } from '../call/call.ts';
import { pageOfAll } from '../http/pagination.ts';
import { found, validateBody } from '../http/validate.ts';
import type { Kind } from './document-kind.ts';
import { orderOf } from './document-order.ts';
import { withoutServerSet } from './patch.ts';
import { placeSecrets, showSecrets } from './secret-fields.ts';
import type { Programs } from './templates.ts';

export type Doc<K extends ManagedKind> = Document<Bodies[K]>;

/** A document as the API returns it. */
export type Shown<K extends ManagedKind> = OutputOf<`get${Capitalize<K>}`>;

/** A call of any of the routes that all kinds have. */
export type DocumentCall = Omit<Call<'rollbackConnection'>, 'query' | 'params'> & {
  params: { id: string; name: string };
  query: Call<'listConnections'>['query'];
};

/** The basis of a write: the stored document (null: none), and the connection of a new destination. */
export type Basis<K extends ManagedKind> = { before: Doc<K> | null; parent: string | null };

/** A body as the version after the stored one; null: the first version. */
export function nextVersion<Body>(
  body: Body,
  before: Pick<Document<Body>, 'version' | 'createdAt'> | null | undefined,
  { principal }: Pick<Call, 'principal'>,
  now: number,
): Omit<Document<Body>, 'kind' | 'id'> {
  const updatedAt = new Date(now).toISOString();
  return {
    version: (before?.version ?? 0) + 1,
    body,
    createdAt: before?.createdAt ?? updatedAt,
    updatedAt,
    updatedBy: principal.name,
  };
}

const standard = new Set(standardBehaviors.map(({ id }) => id));

/** Whether a document ships with Millrace and can't be changed. */
export function isStandard(id: string): boolean {
  return standard.has(id);
}

/** What the filter `q` of a list looks at. */
function textsOf(body: Bodies[ManagedKind]): string[] {
  return [
    body.name,
    'description' in body ? (body.description ?? '') : '',
    'baseUrl' in body ? body.baseUrl : '',
    'path' in body ? body.path : '',
    'category' in body ? body.category : '',
    'key' in body ? body.key : '',
  ];
}

/** The scope in which the name of a document is unique. */
export function scopeOf(body: Bodies[ManagedKind]): string {
  return 'connectionId' in body ? body.connectionId : '';
}

export type Reader<K extends ManagedKind> = ReturnType<typeof documentReader<K>>;

/** Reads the documents of one kind. */
export function documentReader<K extends ManagedKind>(kind: Kind<K>, parts: ApiParts) {
  const { configuration } = parts.pipeline;

  const all = (snapshot: Snapshot): ReadonlyMap<string, Doc<K>> =>
    snapshot.documents[kind.kind] as ReadonlyMap<string, Doc<K>>; // the map of this very kind

  function find(snapshot: Snapshot, id: string): Doc<K> {
    return found(all(snapshot).get(id), `There is no ${kind.kind} ${id}.`);
  }

  async function show(document: Doc<K>, snapshot: Snapshot): Promise<Shown<K>> {
    const { id, version, createdAt, updatedAt, updatedBy } = document;
    const body = showSecrets(document.body) as object; // bodies are objects
    const more = await kind.shownWith?.(document, snapshot);
    return { id, ...body, ...more, version, createdAt, updatedAt, updatedBy } as unknown as Shown<K>; // by its schema
  }

  async function shownPage({ data, page }: Page<Doc<K>>, snapshot: Snapshot): Promise<Page<Shown<K>>> {
    return { data: await Promise.all(data.map((one) => show(one, snapshot))), page };
  }

  /** The document that `json` makes of `before`, with secrets in place; only its shape is checked. */
  function parse(json: unknown, { before, parent }: Basis<K>) {
    const parsed = validateBody(kind.input, withoutServerSet(json, kind.kind));
    const completed = kind.complete?.(parsed, before, parent) ?? parsed;
    const updatedAt = new Date(parts.now()).toISOString();
    const { body, kept } = placeSecrets(kind.input, completed, before?.body, {
      updatedAt,
      references: parts.references,
    });
    return { body: body as Bodies[K], kept }; // the schema's output, completed, with its secrets in place
  }

  return {
    all,
    find,
    show,
    shownPage,
    parse,

    /** The same as `parse`, with all checks before saving. */
    read(json: unknown, basis: Basis<K>, snapshot: Snapshot, programs: Programs) {
      const { body, kept } = parse(json, basis);
      return { body, warnings: kind.check({ body, before: basis.before, kept, snapshot, programs }) };
    },

    /** `parent`: only the destinations of this connection. */
    async list(
      query: DocumentCall['query'],
      parent: string | null,
      isWanted: (document: Doc<K>, snapshot: Snapshot) => boolean = () => true,
    ) {
      const { snapshot } = configuration;
      const [name, text] = [foldName(query.name ?? ''), foldName(query.q ?? '')];
      const inParent = [...all(snapshot).values()].filter(({ body }) => parent === null || scopeOf(body) === parent);
      const matching = inParent.filter((document) => {
        const { body } = document;
        return (
          foldName(body.name).includes(name) &&
          (text === '' || textsOf(body).some((one) => foldName(one).includes(text))) &&
          (query.status === undefined || ('status' in body && body.status === query.status)) &&
          isWanted(document, snapshot)
        );
      });
      const page = pageOfAll(matching, query, orderOf(query.sort));
      const counts = query.count === true ? { count: { found: matching.length, all: inParent.length } } : {};
      return { ...(await shownPage(page, snapshot)), ...counts };
    },

    async get({ params }: DocumentCall) {
      const { snapshot } = configuration;
      return show(find(snapshot, params.id), snapshot);
    },
  };
}
