import type { destinations as words } from '../../../messages/en.ts';
import { emptyDraft } from './destination-draft.ts';

/** Templates to begin with, with the content type that goes with each. */
export const starters: Readonly<Record<keyof typeof words.starters, { template: string; contentType: string }>> = {
  first: { contentType: 'application/json', template: emptyDraft.template },
  chosen: {
    contentType: 'application/json',
    template: `{{!
  const record = it.data[0];
  return {
    event: it.events[0].name,
    visitor: it.events[0].visitorId,
    page: record['wt.ti'],
    time: it.events[0].occurredAt,
  };
}}`,
  },
  batch: { contentType: 'application/json', template: '{{! return { records: it.data }; }}' },
  form: {
    contentType: 'application/x-www-form-urlencoded',
    template: "event={{ it.events[0].name }}&visitor={{ it.events[0].visitorId }}&page={{ it.data[0]['wt.ti'] }}",
  },
  xml: {
    contentType: 'application/xml',
    template: `<?xml version="1.0" encoding="UTF-8"?>
<events>
{{@each(it.events) => event}}
  <event name="{{ event.name }}" visitor="{{ event.visitorId }}" time="{{ event.occurredAt }}"/>
{{/each}}
</events>`,
  },
  hashed: {
    contentType: 'application/json',
    template: `{{!
  const record = it.data[0];
  if (!record.email) skip('no e-mail address');
  return { email_sha256: sha256(record.email.trim().toLowerCase()) };
}}`,
  },
  filtered: {
    contentType: 'application/json',
    template: `{{!
  const record = it.data[0];
  if (Number(record.total ?? record['wt.tx_s'] ?? 0) < 100) skip('order below 100');
  return record;
}}`,
  },
};
