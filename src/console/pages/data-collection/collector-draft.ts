import type { CallInput } from '../../../client/client.ts';
import { collectorFacts } from '../../data/schema-facts.ts';
import { dataCollection } from '../../messages/en.ts';
import {
  bodyBy,
  choice,
  type DraftOf,
  draftBy,
  enabled,
  type FieldWords,
  lines,
  number,
  problemsBy,
  text,
} from '../../parts/form/form-fields.ts';
import {
  emptyPrivacy,
  type PrivacyDraft,
  privacyDraftOf,
  privacyOf,
  privacyProblems,
} from '../../parts/form/privacy-draft.ts';
import type { Collector } from './collector.ts';

type Body = NonNullable<CallInput<'createCollector'>['body']>;

export const fields = {
  name: text('name'),
  /** Not shown while there is one format. */
  formats: choice<Collector['formats']>('formats'),
  isEnabled: enabled(),
  origins: lines('allowedOrigins'),
  /** Empty: no limit. */
  limit: number('rate.limit', true),
  perMs: number('rate.perMs'),
};

const w = dataCollection.details;
export const labels: Readonly<Record<keyof typeof fields, FieldWords>> = {
  name: [w.name, w.nameHint],
  formats: [dataCollection.columns.formats],
  isEnabled: [w.status, w.statusHint],
  origins: [dataCollection.columns.origins, w.originsHint],
  limit: [w.limit, w.limitHint],
  perMs: [w.per],
};

/** A collector as its form holds it. */
export type CollectorDraft = DraftOf<typeof fields> & { privacy: PrivacyDraft };

/** `stored`: null for a new one. */
export function draftOf(stored: Collector | null): CollectorDraft {
  const draft = draftBy(fields, collectorFacts, stored);
  return {
    ...draft,
    perMs: draft.perMs || String(collectorFacts['rate.perMs']?.default),
    // Stored by an older version it has none.
    privacy: stored?.privacy === undefined ? emptyPrivacy : privacyDraftOf(stored.privacy),
  };
}

/** The body that saves a draft. An origin may be typed with a slash at its end. */
export function bodyOf(draft: CollectorDraft): Body {
  const body = bodyBy(fields, collectorFacts, draft) as Body; // the fields are the contract's
  return {
    ...body,
    allowedOrigins: body.allowedOrigins?.map((one) => one.replace(/(?<=\w)\/$/, '')),
    rate: draft.limit.trim() === '' ? null : body.rate,
    privacy: privacyOf(draft.privacy),
  };
}

/** What the form itself can tell to be wrong, by path. */
export const problemsOf = (draft: CollectorDraft) => ({
  ...problemsBy(fields, collectorFacts, draft, labels),
  ...privacyProblems(draft.privacy),
});
