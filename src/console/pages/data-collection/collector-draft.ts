import type { CallInput } from '../../../client/client.ts';
import { collectorFacts } from '../../data/schema-facts.ts';
import { dataCollection } from '../../messages/en.ts';
import type { Collector } from '../../parts/collector/collector.ts';
import * as f from '../../parts/form/form-fields.ts';
import {
  emptyPrivacy,
  type PrivacyDraft,
  privacyDraftOf,
  privacyOf,
  privacyProblems,
} from '../../parts/form/privacy-draft.ts';
import { hasWebhooks, webhookFields, webhookLabels, webhookProblems } from './webhook-draft.ts';

type Body = NonNullable<CallInput<'createCollector'>['body']>;

export const fields = {
  name: f.text('name'),
  formats: f.choice<Collector['formats']>('formats'),
  isEnabled: f.enabled(),
  origins: f.lines('allowedOrigins'),
  /** Empty: no limit. */
  limit: f.number('rate.limit', true),
  perMs: f.number('rate.perMs'),
  device: f.choice<boolean>('enrichment.device'),
  campaign: f.choice<boolean>('enrichment.campaign'),
  location: f.choice<boolean>('enrichment.location'),
  ...webhookFields,
};

const w = dataCollection.details;
export const labels: Readonly<Record<keyof typeof fields, f.FieldWords>> = {
  name: [w.name, w.nameHint],
  formats: [w.formats, w.formatsHint],
  isEnabled: [w.status, w.statusHint],
  origins: [dataCollection.columns.origins, w.originsHint],
  limit: [w.limit, w.limitHint],
  perMs: [w.per],
  device: w.device,
  campaign: w.campaign,
  location: w.location,
  ...webhookLabels,
};

/** A collector as its form holds it. */
type CollectorDraft = f.DraftOf<typeof fields> & { privacy: PrivacyDraft };

/** `stored`: null for a new one. */
export function draftOf(stored: Collector | null): CollectorDraft {
  const draft = f.draftBy(fields, collectorFacts, stored);
  return {
    ...draft,
    perMs: draft.perMs || String(collectorFacts['rate.perMs']?.default),
    // Stored by an older version it has none.
    privacy: stored?.privacy === undefined ? emptyPrivacy : privacyDraftOf(stored.privacy),
  };
}

/** The body that saves a draft. An origin may be typed with a slash at its end. */
export function bodyOf(draft: CollectorDraft): Body {
  const body = f.bodyBy(fields, collectorFacts, draft) as Body; // the fields are the contract's
  return {
    ...body,
    allowedOrigins: body.allowedOrigins?.map((one) => one.replace(/(?<=\w)\/$/, '')),
    rate: draft.limit.trim() === '' ? null : body.rate,
    privacy: privacyOf(draft.privacy),
    webhooks: hasWebhooks(draft) ? (body.webhooks ?? null) : null,
  };
}

/** What the browser may keep: everything but secrets. */
export const keptOf = (draft: CollectorDraft): Partial<CollectorDraft> => f.keptBy(fields, draft);

/** What the form itself can tell to be wrong, by path. */
export const problemsOf = (draft: CollectorDraft) => ({
  ...f.problemsBy(fields, collectorFacts, draft, labels),
  ...privacyProblems(draft.privacy),
  ...webhookProblems(draft),
});
