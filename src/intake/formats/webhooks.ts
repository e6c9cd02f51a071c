import { verifyWebhook } from '../webhooks/verify.ts';
import { webhookEvents } from '../webhooks/webhook-events.ts';
import { decodedKey, type Format, type WebhookRoute } from './format.ts';
import { sdkRefusal, success } from './sdk-requests.ts';

/** Webhooks of any provider, in JSON or as a form. The settings of the collector say how they are verified and read. */
const anyWebhook: WebhookRoute = {
  method: 'POST',
  segment: 'hooks',
  path: /^\/hooks\/([^/#]+)\/?$/,
  keyOf: ([, key = '']) => decodedKey(key),
  verify: (request, { webhooks }, now) => verifyWebhook(webhooks, request, now),
  parse: (content, { headers }, { webhooks }, reception) => webhookEvents(content, headers, webhooks, reception),
  respond: (headers) => success(headers),
  refuse: sdkRefusal,
};

export const webhooks: Format = { name: 'webhooks', routes: [anyWebhook] };
