import { dataCollection } from '../../messages/en/data-collection.ts';
import { terms } from '../../messages/en/terms.ts';
import { emptyPrivacy, type PrivacyDraft, privacyDraftOf, privacyOf } from '../../parts/form/privacy-draft.ts';
import type { Collector } from './collector.ts';

/** A collector as its form holds it: lists and numbers as people type them. */
export type CollectorDraft = Pick<Collector, 'name' | 'formats' | 'status'> & {
  /** One per line. */
  origins: string;
  /** Empty: no limit. */
  limit: string;
  perMs: string;
  privacy: PrivacyDraft;
};

export const emptyDraft: CollectorDraft = {
  name: '',
  formats: ['infinity'],
  origins: '*',
  limit: '',
  perMs: '1000',
  status: 'enabled',
  privacy: emptyPrivacy,
};

export const draftOf = ({ name, formats, allowedOrigins, rate, status, privacy }: Collector): CollectorDraft => ({
  name,
  formats,
  origins: allowedOrigins.join('\n'),
  limit: String(rate?.limit ?? ''),
  perMs: String(rate?.perMs ?? emptyDraft.perMs),
  status,
  // Stored by an older version it has none.
  privacy: privacy === undefined ? emptyPrivacy : privacyDraftOf(privacy),
});

/** The body that saves a draft. */
export const bodyOf = ({ name, formats, origins, limit, perMs, status, privacy }: CollectorDraft) => ({
  name: name.trim(),
  formats,
  allowedOrigins: originLines(origins).map(({ text }) => text),
  rate: limit.trim() === '' ? null : { limit: Number(limit), perMs: Number(perMs) },
  privacy: privacyOf(privacy),
  status,
});

/** What the form itself can tell to be wrong, by field. */
export const problemsOf = ({ name, limit }: CollectorDraft): Record<string, string> => ({
  ...(name.trim() === '' ? { name: terms.enterName } : {}),
  ...(/^\d*$/.test(limit.trim()) ? {} : { limit: dataCollection.details.notANumber }),
});

/** What the server said about fields, at the fields of the form: origins are told by their line. */
export function atFields(told: Readonly<Record<string, string>>, draft: CollectorDraft): Record<string, string> {
  const lines = originLines(draft.origins);
  const found: Record<string, string> = {};
  for (const [path, text] of Object.entries(told)) {
    const [head = '', index] = path.split('.');
    if (head === 'allowedOrigins' && index !== undefined)
      found['origins'] ??= terms.line(lines[Number(index)]?.line ?? 1, text);
    else if (head === 'privacy') found[path] ??= text;
    else found[{ allowedOrigins: 'origins', rate: 'limit' }[head] ?? head] ??= text;
  }
  return found;
}

function originLines(text: string): { line: number; text: string }[] {
  return text
    .split('\n')
    .map((one, index) => ({ line: index + 1, text: one.trim().replace(/(?<=\w)\/$/, '') }))
    .filter((one) => one.text !== '');
}
