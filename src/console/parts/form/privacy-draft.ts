import type { FieldMask, FieldPrivacy } from '../../../contract/documents/privacy.ts';
import { type Row, rows } from './rows.ts';

/** A mask as its row holds it: `detail` are the characters that stay, or the text that comes instead. */
export type MaskDraft = Row & { field: string; by: FieldMask['by']; detail: string };

/** What is taken out of events, as a form holds it; patterns stand one per line. */
export type PrivacyDraft = { drop: string; masks: MaskDraft[]; maskIp: boolean };

export const emptyPrivacy: PrivacyDraft = { drop: '', masks: [], maskIp: false };

/** What a way of masking begins with. */
export const firstDetail: Readonly<Record<FieldMask['by'], string>> = { hash: '', last: '4', replace: '[masked]' };

export function privacyDraftOf({ drop, mask, maskIp }: FieldPrivacy): PrivacyDraft {
  const masks = mask.map((one) => ({ field: one.field, by: one.by, detail: detailOf(one) }));
  return { drop: drop.join('\n'), masks: rows(masks), maskIp };
}

/** What saves a draft. Rows without a field are left out; what is no number the server refuses at its field. */
export function privacyOf({ drop, masks, maskIp }: PrivacyDraft): FieldPrivacy {
  return {
    drop: linesOf(drop),
    mask: masks
      .filter(({ field }) => field.trim() !== '')
      .map(({ field, by, detail }): FieldMask => {
        if (by === 'last') return { field: field.trim(), by, characters: Number(detail) };
        return by === 'replace' ? { field: field.trim(), by, text: detail } : { field: field.trim(), by };
      }),
    maskIp,
  };
}

/** The lines of a text that hold something. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function detailOf(mask: FieldMask): string {
  if (mask.by === 'last') return String(mask.characters);
  return mask.by === 'replace' ? mask.text : '';
}
