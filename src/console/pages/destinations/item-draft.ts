import type { Destination } from './destination-draft.ts';

type Items = NonNullable<Destination['settings']['outcomes'][number]['items']>;

/** What a rule reads about single records of a batch, as its form holds it; `by` tells how an item names its record. */
export type ItemDraft = {
  path: string;
  by: 'order' | 'index' | 'id';
  /** Where in the item the place or the value stands. */
  at: string;
  field: string;
  whenPath: string;
  whenIs: string;
};

export const emptyItems: ItemDraft = { path: '', by: 'order', at: '', field: '', whenPath: '', whenIs: '' };

const isStatus = /^([1-5]xx|\d{3}-\d{3})$/;

export function itemDraftOf({ path, index, id, when }: Items): ItemDraft {
  return {
    path,
    by: id !== undefined ? 'id' : index !== undefined ? 'index' : 'order',
    at: id?.path ?? index ?? '',
    field: id?.field ?? '',
    whenPath: when?.path ?? '',
    whenIs: isOf(when),
  };
}

/** `5xx` is a status, any other JSON a value, nothing: that there is something at the path, `absent` that there is not. */
export function itemsOf({ path, by, at, field, whenPath, whenIs }: ItemDraft): Items {
  const is = whenIs.trim();
  const hasWhen = whenPath.trim() !== '' || is !== '';
  return {
    path: path.trim(),
    ...(by === 'index' && { index: at.trim() }),
    ...(by === 'id' && { id: { path: at.trim(), field: field.trim() } }),
    ...(hasWhen && { when: { path: whenPath.trim(), ...conditionOf(is) } }),
  };
}

function conditionOf(is: string): Omit<NonNullable<Items['when']>, 'path'> {
  if (is === '') return { exists: true };
  if (is === 'absent') return { exists: false };
  if (isStatus.test(is)) return { status: is };
  try {
    return { equals: JSON.parse(is) };
  } catch {
    return { equals: is }; // people leave out the quotes
  }
}

function isOf(when: Items['when']): string {
  if (when === undefined) return '';
  if (when.status !== undefined) return String(when.status);
  if (when.exists !== undefined) return when.exists ? '' : 'absent';
  return when.equals === undefined ? '' : JSON.stringify(when.equals);
}
