import type { DocumentSort } from '../../contract/documents/document-routes.ts';
import { foldName } from '../../contract/fold-name.ts';
import type { Document } from '../../pipeline/snapshot/snapshot.ts';

type Sorted = Document<{ name: string }>;

/** Characters of a text that lists are sorted by: a cursor, which holds them, has at most 512. */
const sortedMax = 96;

const keys = new WeakMap<Sorted, string>();

/** A name as lists sort it: without case and accents, and with numbers by their value. */
function nameKey(document: Sorted): string {
  const known = keys.get(document);
  if (known !== undefined) return known;
  const plain = foldName(document.body.name)
    .normalize('NFD')
    .replace(/\p{M}+/gu, '');
  const padded = plain.replace(/\d+/g, (digits) => digits.padStart(12, '0'));
  // Not in the middle of a pair of surrogates, which a cursor can't hold.
  const key = padded.slice(0, sortedMax).replace(/[\uD800-\uDBFF]$/, '');
  keys.set(document, key);
  return key;
}

const textsBy: Record<'name' | 'status' | 'updatedAt', (document: Sorted) => string> = {
  name: nameKey,
  status: ({ body }) => ('status' in body ? String(body.status) : ''),
  updatedAt: ({ updatedAt }) => updatedAt,
};

const idForm = '[a-z]{3}_[0-9a-z_]{1,64}';

/** The order of a list of documents, for `pageOfAll`. A cursor holds what it is sorted by, so that it fits no other order. */
export function orderOf(sort: DocumentSort = '-createdAt') {
  const order = sort.startsWith('-') ? ('descending' as const) : ('ascending' as const);
  const by = sort.replace('-', '') as 'name' | 'status' | 'createdAt' | 'updatedAt'; // the sorts without their sign
  // Standard behaviors sort as the oldest, independent of their ids.
  if (by === 'createdAt')
    return {
      order,
      sortKeyOf: ({ createdAt, id }: Sorted) => `${createdAt} ${id}`,
      isSortKey: (at: string) => new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[\\d:.]{8,12}Z ${idForm}$`).test(at),
    };
  return {
    order,
    sortKeyOf: (document: Sorted) => `${by}:${textsBy[by](document)} ${document.id}`,
    isSortKey: (at: string) => new RegExp(`^${by}:[^]{0,${sortedMax}} ${idForm}$`).test(at),
  };
}
