import type { FieldMask, FieldPrivacy } from '../../../contract/documents/privacy.ts';
import { settingsFacts } from '../../data/schema-facts.ts';
import { terms } from '../../messages/en.ts';
import { choice, linesOf, number, problemsBy, text, within } from './form-fields.ts';
import { type Row, rows } from './rows.ts';

/** A row about a masked field: `detail` is the number of characters that are kept, or the replacement. */
type MaskDraft = Row & { field: string; by: FieldMask['by']; detail: string };

/** Dropped and masked fields in a form; patterns one per line. */
export type PrivacyDraft = { drop: string; masks: MaskDraft[]; maskIp: boolean };

export const emptyPrivacy: PrivacyDraft = { drop: '', masks: [], maskIp: false };

/** The initial detail of each method. */
export const firstDetail: Readonly<Record<FieldMask['by'], string>> = { hash: '', last: '4', replace: '[masked]' };

/** The fields of the row at a place of the list. */
export const maskFields = (by: FieldMask['by'], at: number) =>
  within(`privacy.mask.${at}`, {
    field: text('field'),
    by: choice<FieldMask['by']>('by'),
    detail: by === 'last' ? number('characters') : text('text'),
  });

export function privacyDraftOf({ drop, mask, maskIp }: FieldPrivacy): PrivacyDraft {
  const masks = mask.map((one) => ({ field: one.field, by: one.by, detail: detailOf(one) }));
  return { drop: drop.join('\n'), masks: rows(masks), maskIp };
}

/** The body that saves a draft. */
export function privacyOf({ drop, masks, maskIp }: PrivacyDraft): FieldPrivacy {
  return {
    drop: linesOf(drop),
    mask: masks.map(({ field, by, detail }): FieldMask => {
      if (by === 'last') return { field: field.trim(), by, characters: Number(detail) };
      return by === 'replace' ? { field: field.trim(), by, text: detail } : { field: field.trim(), by };
    }),
    maskIp,
  };
}

/** Masks without a field, and numbers of characters that are none or out of their bounds, by path. */
export const privacyProblems = ({ masks }: PrivacyDraft): Record<string, string> =>
  Object.assign(
    {},
    ...masks.map((mask, at) => problemsBy(maskFields(mask.by, at), settingsFacts, mask, { field: [terms.field] })),
  );

function detailOf(mask: FieldMask): string {
  if (mask.by === 'last') return String(mask.characters);
  return mask.by === 'replace' ? mask.text : '';
}
