import { choice, type DraftOf, text } from '../../parts/form/form-fields.ts';
import type { Destination } from './destination-draft.ts';

type Items = NonNullable<Destination['settings']['outcomes'][number]['items']>;

/** A rule about single records of a batch, as its form holds it. */
export const itemFields = {
  path: text('path'),
  /** How an item names its record. */
  by: choice<'order' | 'index' | 'id'>('by'),
  /** The path in the item of the position or the value. */
  at: text('at'),
  field: text('field'),
  whenPath: text('when.path'),
  whenIs: text('when.is'),
};
export type ItemDraft = DraftOf<typeof itemFields>;

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
  return { equals: jsonOrText(is) };
}

function isOf(when: Items['when']): string {
  if (when === undefined) return '';
  if (when.status !== undefined) return String(when.status);
  if (when.exists !== undefined) return when.exists ? '' : 'absent';
  return when.equals === undefined ? '' : JSON.stringify(when.equals);
}

/** `true` and `7` as JSON, anything that is none as the text that it is. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // people leave out the quotes
  }
}
