import type { PresetDestination, PresetInput } from './preset.ts';

/** Temporary refusals of Salesforce: the daily quota (403), and a record that another request changes (400). */
const salesforceOutcomes: NonNullable<PresetDestination['outcomes']> = [
  {
    when: { status: 403, json: { path: '[0].errorCode', equals: 'REQUEST_LIMIT_EXCEEDED' } },
    outcome: 'throttle',
    afterMs: 600_000,
  },
  { when: { status: 400, json: { path: '[0].errorCode', equals: 'UNABLE_TO_LOCK_ROW' } }, outcome: 'retry' },
];

/** Systems for e-mail, campaigns and customer data. */
export const marketingPresets: readonly PresetInput[] = [
  {
    id: 'hubspot',
    name: 'HubSpot',
    about: 'Create and update contacts, and record custom events',
    needs: [
      'A private app: Settings › Integrations › Private Apps, with the scopes crm.objects.contacts.write and behavioral_events.event_definitions.read_write.',
      'Its access token (starts with pat-), which goes into Token.',
      'For events: the internal name of a custom event, such as pe1234567_left_basket.',
    ],
    baseUrl: 'https://api.hubapi.com',
    authentication: { type: 'bearer' },
    destinations: [
      {
        name: 'Upsert contact',
        description: 'Creates a contact, or updates it by e-mail address',
        path: '/crm/v3/objects/contacts/batch/upsert',
        template: `{{!
  const { email, ...properties } = it.data[0];
  if (!email) return skip("no e-mail address");
  return JSON.stringify({
    inputs: [{ idProperty: "email", id: email, properties: { email, ...properties } }],
  });
}}`,
        // The multi-status response of a request whose only contact was refused.
        outcomes: [{ when: { status: 207 }, outcome: 'fail' }],
        sample: { email: 'ada@example.com', firstname: 'Ada' },
      },
      {
        name: 'Send custom event',
        description: 'Adds an event to a contact’s timeline',
        path: '/events/v3/send',
        template: `{{!
  const { email, eventName, ...properties } = it.data[0];
  if (!email) return skip("no e-mail address");
  return JSON.stringify({ eventName: eventName ?? "pe0000000_event", email, properties });
}}`,
        sample: { email: 'ada@example.com', eventName: 'pe1234567_left_basket', total: '120' },
      },
    ],
  },
  {
    id: 'salesforce',
    name: 'Salesforce',
    about: 'Create leads, and update contacts by external ID',
    needs: [
      'Your My Domain: the part before .my.salesforce.com.',
      'A connected app with the Client Credentials Flow enabled and a run-as user: Setup › App Manager.',
      'Its Consumer Key (Client ID) and Consumer Secret (Client Secret).',
      'For contacts: a field marked as External ID.',
    ],
    values: [{ placeholder: 'MYDOMAIN', label: 'My Domain', hint: 'The part before .my.salesforce.com' }],
    baseUrl: 'https://MYDOMAIN.my.salesforce.com/services/data/v62.0',
    authentication: {
      type: 'oauth2',
      grant: 'client_credentials',
      accessTokenUrl: 'https://MYDOMAIN.my.salesforce.com/services/oauth2/token',
      scope: '',
    },
    destinations: [
      {
        name: 'Create lead',
        description: 'One lead per event',
        path: '/sobjects/Lead',
        template: `{{!
  const record = it.data[0];
  return JSON.stringify({
    LastName: record.lastName ?? "Unknown",
    FirstName: record.firstName,
    Company: record.company ?? "Unknown",
    Email: record.email,
    LeadSource: "Web",
  });
}}`,
        outcomes: salesforceOutcomes,
        sample: { lastName: 'Lovelace', firstName: 'Ada', email: 'ada@example.com' },
      },
      {
        name: 'Upsert contact',
        description: 'Creates a contact, or updates it by external ID',
        method: 'PATCH',
        path: '/sobjects/Contact/ExternalId__c/{{ it.data[0].externalId }}',
        template: `{{!
  const { externalId, ...fields } = it.data[0];
  if (!externalId) return skip("no external ID");
  return JSON.stringify(fields);
}}`,
        outcomes: salesforceOutcomes,
        sample: { externalId: 'c-17', LastName: 'Lovelace', Email: 'ada@example.com' },
      },
    ],
  },
  {
    id: 'mailchimp',
    name: 'Mailchimp',
    about: 'Add people to an audience, and trigger automations',
    needs: [
      'An API key: Profile › Extras › API keys. It goes into Password; User Name can be anything.',
      'Your data centre: the end of the key, such as us21.',
      'The Audience ID: Audience › Settings › Audience name and defaults.',
    ],
    values: [
      { placeholder: 'us21', label: 'Data centre', hint: 'The end of the API key, such as us21' },
      { placeholder: 'AUDIENCE_ID', label: 'Audience ID', hint: 'Audience › Settings › Audience name and defaults' },
    ],
    baseUrl: 'https://us21.api.mailchimp.com/3.0',
    authentication: { type: 'basic', username: 'millrace' },
    destinations: [
      {
        name: 'Add or update member',
        description: 'Adds a member, or updates it by e-mail address',
        method: 'PUT',
        path: '/lists/AUDIENCE_ID/members/{{ it.data[0].email | trim | lower | md5 }}',
        template: `{{!
  const { email, ...fields } = it.data[0];
  if (!email) return skip("no e-mail address");
  return JSON.stringify({
    email_address: email.trim(),
    status_if_new: "subscribed",
    merge_fields: fields,
  });
}}`,
        sample: { email: 'Ada@example.com', FNAME: 'Ada' },
      },
      {
        name: 'Send event',
        description: 'An event that can trigger a customer journey',
        path: '/lists/AUDIENCE_ID/members/{{ it.data[0].email | trim | lower | md5 }}/events',
        template: `{{!
  const { email, event, ...properties } = it.data[0];
  if (!email) return skip("no e-mail address");
  const texts = Object.entries(properties).map(([name, value]) => [name, String(value)]);
  return JSON.stringify({ name: event ?? "website_event", properties: Object.fromEntries(texts) });
}}`,
        sample: { email: 'ada@example.com', event: 'left_basket', total: 120 },
      },
    ],
  },
  {
    id: 'braze',
    name: 'Braze',
    about: 'Record events and attributes of users',
    needs: [
      'A REST API key with the permission users.track: Settings › APIs and Identifiers. It goes into Token.',
      'The REST endpoint of your instance, such as https://rest.fra-01.braze.eu, for Base URL.',
    ],
    baseUrl: 'https://rest.iad-01.braze.com',
    authentication: { type: 'bearer' },
    destinations: [
      {
        name: 'Track user',
        description: 'One custom event of a user',
        path: '/users/track',
        template: `{{!
  const { externalId, event, ...properties } = it.data[0];
  if (!externalId) return skip("no external ID");
  return JSON.stringify({
    events: [{
      external_id: externalId,
      name: event ?? "Website event",
      time: it.events[0]?.occurredAt ?? it.meta.time,
      properties,
    }],
  });
}}`,
        sample: { externalId: 'c-17', event: 'Left basket', total: 120 },
      },
    ],
  },
  {
    id: 'klaviyo',
    name: 'Klaviyo',
    about: 'Record events of profiles, to trigger flows',
    needs: [
      'A private API key with full access to events: Settings › API keys.',
      'Enter it in the header Authorization under Advanced › Custom headers, as: Klaviyo-API-Key pk_…',
    ],
    baseUrl: 'https://a.klaviyo.com/api',
    headers: [
      { name: 'Authorization', value: '', isSecret: true },
      { name: 'revision', value: '2024-10-15', isSecret: false },
    ],
    destinations: [
      {
        name: 'Create event',
        description: 'One event of a profile',
        path: '/events',
        template: `{{!
  const { email, event, ...properties } = it.data[0];
  if (!email) return skip("no e-mail address");
  return JSON.stringify({
    data: {
      type: "event",
      attributes: {
        properties,
        time: it.events[0]?.occurredAt ?? it.meta.time,
        unique_id: it.meta.idempotencyKey,
        metric: { data: { type: "metric", attributes: { name: event ?? "Website event" } } },
        profile: { data: { type: "profile", attributes: { email } } },
      },
    },
  });
}}`,
        // The key is in a header that Millrace does not know as a credential.
        outcomes: [{ when: { status: 401 }, outcome: 'pause' }],
        sample: { email: 'ada@example.com', event: 'Left basket', total: 120 },
      },
    ],
  },
  {
    id: 'customerio',
    name: 'Customer.io',
    about: 'Record events of people, to trigger campaigns',
    needs: [
      'Site ID (User Name) and API key (Password) of the Track API: Settings › API Credentials.',
      'In the EU region the Base URL is https://track-eu.customer.io/api/v1',
    ],
    baseUrl: 'https://track.customer.io/api/v1',
    authentication: { type: 'basic', username: '' },
    destinations: [
      {
        name: 'Track event',
        description: 'One event of a person',
        path: '/customers/{{ it.data[0].id }}/events',
        template: `{{!
  const { id, event, ...data } = it.data[0];
  if (!id) return skip("no ID of a person");
  return JSON.stringify({ name: event ?? "website_event", data });
}}`,
        sample: { id: 'c-17', event: 'left_basket', total: 120 },
      },
    ],
  },
];
