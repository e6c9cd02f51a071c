import type { PresetInput } from './preset.ts';

/** Systems that collect, count and pass on, and any other with an HTTP API. */
export const dataPresets: readonly PresetInput[] = [
  {
    id: 'json',
    name: 'Any JSON API',
    about: 'Send each record as a JSON object',
    needs: ['The URL of the API, and its kind of authentication.'],
    baseUrl: 'https://api.example.com',
    destinations: [
      {
        name: 'Send record',
        description: 'One object per event, with the mapped fields',
        path: '/events',
        template: `{{! return JSON.stringify(it.data[0]); }}`,
        sample: { email: 'ada@example.com', total: 120 },
      },
    ],
  },
  {
    id: 'segment',
    name: 'Segment',
    about: 'Send events to a Segment source',
    needs: [
      'The write key of a source of the kind HTTP API: Sources › your source › Settings. It goes into User Name; Password stays empty.',
      'In the EU the Base URL is https://events.eu1.segmentapis.com/v1',
    ],
    baseUrl: 'https://api.segment.io/v1',
    authentication: { type: 'basic', username: '' },
    destinations: [
      {
        name: 'Track',
        description: 'One event of a user',
        path: '/track',
        template: `{{!
  const { userId, anonymousId, event, ...properties } = it.data[0];
  if (!userId && !anonymousId) return skip("no user to attribute it to");
  return JSON.stringify({
    userId,
    anonymousId,
    event: event ?? "Website event",
    properties,
    timestamp: it.events[0]?.occurredAt ?? it.meta.time,
    messageId: it.meta.idempotencyKey,
  });
}}`,
        sample: { anonymousId: 'v-1', event: 'Left basket', total: 120 },
      },
    ],
  },
  {
    id: 'ga4',
    name: 'Google Analytics 4',
    about: 'Send events through the Measurement Protocol',
    needs: [
      'The Measurement ID (starts with G-): Admin › Data streams › your stream.',
      'An API secret: same page › Measurement Protocol API secrets.',
      'Both go into the destination’s Endpoint Path, which anyone with the right “View Connections” can read.',
      'The client ID of the visitor, from the Google tag’s cookie _ga.',
      'Amounts such as value with the type Number in Field Mapping: Analytics ignores text.',
    ],
    values: [
      { placeholder: 'G-XXXXXXXXXX', label: 'Measurement ID', hint: 'Admin › Data streams › your stream' },
      {
        placeholder: 'API_SECRET',
        label: 'API secret',
        hint: 'Same page › Measurement Protocol API secrets',
        isSecret: true,
      },
    ],
    baseUrl: 'https://www.google-analytics.com',
    destinations: [
      {
        name: 'Collect',
        description: 'One event of a client',
        path: '/mp/collect?measurement_id=G-XXXXXXXXXX&api_secret=API_SECRET',
        template: `{{!
  const { clientId, event, ...params } = it.data[0];
  if (!clientId) return skip("no client ID");
  return JSON.stringify({
    client_id: clientId,
    timestamp_micros: Date.parse(it.events[0]?.occurredAt ?? it.meta.time) * 1000,
    events: [{ name: event ?? "website_event", params }],
  });
}}`,
        sample: { clientId: '123.456', event: 'left_basket', value: 120, currency: 'EUR' },
      },
    ],
  },
  {
    id: 'airtable',
    name: 'Airtable',
    about: 'Add rows to a table',
    needs: [
      'A personal access token with the scope data.records:write: airtable.com/create/tokens. It goes into Token.',
      'Base ID (starts with app) and the name of the table.',
    ],
    values: [
      { placeholder: 'BASE_ID', label: 'Base ID', hint: 'Starts with app' },
      { placeholder: 'TABLE_NAME', label: 'Table', hint: 'Its name' },
    ],
    baseUrl: 'https://api.airtable.com/v0',
    authentication: { type: 'bearer' },
    destinations: [
      {
        name: 'Add row',
        description: 'One row per event; fields are named like columns',
        path: '/BASE_ID/TABLE_NAME',
        template: `{{! return JSON.stringify({ records: [{ fields: it.data[0] }], typecast: true }); }}`,
        sample: { Name: 'Ada', Total: 120 },
      },
    ],
  },
  {
    id: 'zapier',
    name: 'Zapier',
    about: 'Trigger a Zap and reach thousands of apps',
    needs: [
      'A Zap whose trigger is “Webhooks by Zapier – Catch Hook”.',
      'Its URL: the part after /hooks/catch.',
      'The URL is secret: treat it like a password.',
    ],
    values: [
      {
        placeholder: 'ACCOUNT/HOOK',
        label: 'Hook',
        hint: 'The part of the URL after /hooks/catch, such as 123456/abcdef',
        isSecret: true,
      },
    ],
    baseUrl: 'https://hooks.zapier.com/hooks/catch',
    destinations: [
      {
        name: 'Catch hook',
        description: 'Triggers the Zap with the mapped fields',
        path: '/ACCOUNT/HOOK/',
        template: `{{! return JSON.stringify(it.data[0]); }}`,
        sample: { email: 'ada@example.com', total: 120 },
      },
    ],
  },
];
