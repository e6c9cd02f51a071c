import type { RouteResponse } from '../../../../client/client.ts';
import { asked, bodyBy, type DraftOf, draftBy, jsonOrText, text, when } from '../../../parts/form/form-fields.ts';

type Items = NonNullable<RouteResponse<'getDestination'>['settings']['outcomes'][number]['items']>;
/** How an item names its record. */
type By = 'order' | 'index' | 'id';

/** A rule about single records of a batch, as its form holds it. */
export const itemFields = {
  path: text('path'),
  by: asked<By>('order'),
  ...when(({ by }: { by: By }) => by === 'index', { index: text('index') }),
  ...when(({ by }: { by: By }) => by === 'id', { id: text('id.path'), field: text('id.field') }),
  whenPath: asked(''),
  /** `5xx` is a status, any other JSON a value, nothing: that there is something at the path, `absent` that there is not. */
  whenIs: asked(''),
};
export type ItemDraft = DraftOf<typeof itemFields>;

export const emptyItems: ItemDraft = draftBy(itemFields, {}, null);

export const itemDraftOf = (items: Items): ItemDraft => ({
  ...draftBy(itemFields, {}, items),
  by: items.id !== undefined ? 'id' : items.index !== undefined ? 'index' : 'order',
  whenPath: items.when?.path ?? '',
  whenIs: isOf(items.when),
});

export function itemsOf(draft: ItemDraft): Items {
  const path = draft.whenPath.trim();
  const is = draft.whenIs.trim();
  const body = bodyBy(itemFields, {}, draft) as Items; // each value by its path
  return path === '' && is === '' ? body : { ...body, when: { path, ...conditionOf(is) } };
}

function conditionOf(is: string): Omit<NonNullable<Items['when']>, 'path'> {
  if (is === '' || is === 'absent') return { exists: is === '' };
  return /^([1-5]xx|\d{3}-\d{3})$/.test(is) ? { status: is } : { equals: jsonOrText(is) };
}

function isOf(when: Items['when']): string {
  if (when === undefined) return '';
  if (when.status !== undefined) return String(when.status);
  if (when.exists !== undefined) return when.exists ? '' : 'absent';
  return when.equals === undefined ? '' : JSON.stringify(when.equals);
}
