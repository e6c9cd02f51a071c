import type { PresetInput } from './preset.ts';

/** Systems that show messages to people. */
export const messagePresets: readonly PresetInput[] = [
  {
    id: 'slack',
    name: 'Slack',
    about: 'Post a message to a channel',
    needs: [
      'A Slack app with the permission chat:write: api.slack.com/apps › Create New App › OAuth & Permissions.',
      'Its Bot User OAuth Token (starts with xoxb-), which goes into Token.',
      'The app invited to the channel, and the channel’s name or ID for the template.',
    ],
    baseUrl: 'https://slack.com/api',
    authentication: { type: 'bearer' },
    destinations: [
      {
        name: 'Post message',
        description: 'One message per event',
        path: '/chat.postMessage',
        contentType: 'application/json; charset=utf-8',
        template: `{{!
  const record = it.data[0];
  const text = String(record.text ?? "New event: " + JSON.stringify(record));
  // <!channel> in the data of an event would notify everyone.
  return JSON.stringify({ channel: record.channel ?? "#marketing", text: text.replaceAll("<!", "&lt;!") });
}}`,
        // Slack answers 200 also when it refuses.
        outcomes: [
          { when: { json: { path: 'error', equals: 'ratelimited' } }, outcome: 'retry' },
          { when: { json: { path: 'error', equals: 'invalid_auth' } }, outcome: 'refresh_auth' },
          { when: { json: { path: 'error', equals: 'token_revoked' } }, outcome: 'refresh_auth' },
          { when: { json: { path: 'error', equals: 'account_inactive' } }, outcome: 'refresh_auth' },
          { when: { json: { path: 'ok', equals: false } }, outcome: 'fail' },
        ],
        sample: { channel: '#orders', text: 'A basket of €120 was left behind.' },
      },
    ],
  },
  {
    id: 'teams',
    name: 'Microsoft Teams',
    about: 'Post a card to a channel via a workflow',
    needs: [
      'A Workflow with the trigger “When a Teams webhook request is received”: in Teams, channel › … › Workflows.',
      'Its HTTP POST URL: its host goes into Base URL; the workflow and the signature are parts of it.',
      'The URL is secret: treat it like a password.',
    ],
    values: [
      { placeholder: 'WORKFLOW_ID', label: 'Workflow', hint: 'The part of the URL after /workflows/' },
      { placeholder: 'SIGNATURE', label: 'Signature', hint: 'The value of sig at the end of the URL', isSecret: true },
    ],
    baseUrl: 'https://prod-00.westeurope.logic.azure.com',
    destinations: [
      {
        name: 'Post card',
        description: 'An adaptive card with text',
        path: '/workflows/WORKFLOW_ID/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=SIGNATURE',
        template: `{{!
  const record = it.data[0];
  const text = record.text ?? JSON.stringify(record);
  return JSON.stringify({
    type: "message",
    attachments: [{
      contentType: "application/vnd.microsoft.card.adaptive",
      content: {
        $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
        type: "AdaptiveCard",
        version: "1.4",
        body: [{ type: "TextBlock", text, wrap: true }],
      },
    }],
  });
}}`,
        sample: { text: 'A basket of €120 was left behind.' },
      },
    ],
  },
  {
    id: 'discord',
    name: 'Discord',
    about: 'Post a message to a channel',
    needs: [
      'A webhook of the channel: Edit Channel › Integrations › Webhooks › Copy Webhook URL.',
      'The last two parts of its URL: a number and a token.',
      'The URL is secret: treat it like a password.',
    ],
    values: [
      { placeholder: 'WEBHOOK_ID', label: 'Webhook ID', hint: 'The number in the webhook URL' },
      {
        placeholder: 'WEBHOOK_TOKEN',
        label: 'Webhook token',
        hint: 'The last part of the webhook URL',
        isSecret: true,
      },
    ],
    baseUrl: 'https://discord.com/api/webhooks',
    destinations: [
      {
        name: 'Post message',
        description: 'One message per event',
        path: '/WEBHOOK_ID/WEBHOOK_TOKEN',
        template: `{{!
  const record = it.data[0];
  const text = record.text ?? JSON.stringify(record);
  // Discord takes 2,000 characters and would notify everyone it mentions.
  return JSON.stringify({ content: text.slice(0, 2000), allowed_mentions: { parse: [] } });
}}`,
        // The webhook was deleted.
        outcomes: [{ when: { status: 404 }, outcome: 'pause' }],
        sample: { text: 'A basket of €120 was left behind.' },
      },
    ],
  },
  {
    id: 'zendesk',
    name: 'Zendesk',
    about: 'Create a support ticket',
    needs: [
      'Your subdomain: the part before .zendesk.com.',
      'An API token: Admin Center › Apps and integrations › Zendesk API. It goes into Password.',
      'The e-mail address of an agent, followed by /token, for User Name.',
    ],
    values: [{ placeholder: 'SUBDOMAIN', label: 'Subdomain', hint: 'The part before .zendesk.com' }],
    baseUrl: 'https://SUBDOMAIN.zendesk.com/api/v2',
    authentication: { type: 'basic', username: 'agent@example.com/token' },
    destinations: [
      {
        name: 'Create ticket',
        description: 'One ticket per event, on behalf of the visitor',
        path: '/tickets',
        template: `{{!
  const record = it.data[0];
  if (!record.email) return skip("no e-mail address");
  return JSON.stringify({
    ticket: {
      subject: record.subject ?? "Message from the web site",
      comment: { body: record.text ?? JSON.stringify(record) },
      requester: { name: record.name ?? record.email, email: record.email },
    },
  });
}}`,
        sample: { email: 'ada@example.com', name: 'Ada', subject: 'Where is my order?', text: 'It is late.' },
      },
    ],
  },
  {
    id: 'intercom',
    name: 'Intercom',
    about: 'Add an event to a contact’s timeline',
    needs: [
      'An access token: Developer Hub › your app › Authentication. It goes into Token.',
      'People in Intercom with the same e-mail address or user ID.',
    ],
    baseUrl: 'https://api.intercom.io',
    authentication: { type: 'bearer' },
    headers: [{ name: 'Intercom-Version', value: '2.11', isSecret: false }],
    destinations: [
      {
        name: 'Track event',
        description: 'One event on a contact’s timeline',
        path: '/events',
        template: `{{!
  const { email, userId, event, ...metadata } = it.data[0];
  if (!email && !userId) return skip("neither e-mail address nor user ID");
  return JSON.stringify({
    event_name: event ?? "website-event",
    created_at: Math.floor(Date.parse(it.events[0]?.occurredAt ?? it.meta.time) / 1000),
    email,
    user_id: userId,
    metadata,
  });
}}`,
        sample: { email: 'ada@example.com', event: 'left-basket', total: 120 },
      },
    ],
  },
];
