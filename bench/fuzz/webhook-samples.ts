import { createHmac } from 'node:crypto';
import type { startTestServer } from '../../src/api/testing/server.testing.ts';

type Headers = Record<string, string>;

/** A webhook to a collector of its own, and the headers with which its provider signs a body at a time. */
export type WebhookSample = {
  path: string;
  headers: Headers;
  body: string;
  isSigned: boolean;
  sign(content: Buffer, now: number): Headers;
};

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLw+dGVzdA==';
const order = {
  id: 'evt_1',
  type: 'order.paid',
  created: 1_767_322_800,
  data: { object: { customer: 'c-1' }, total: 1.5 },
};
const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };

const hex = (key: string, ...parts: (string | Buffer)[]) => digestOf(key, parts).toString('hex');
function digestOf(key: string | Buffer, parts: readonly (string | Buffer)[]): Buffer {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}
const secondsOf = (now: number) => String(Math.floor(now / 1_000));

type Provider = { webhooks: object | null; headers: Headers; bodies: readonly string[]; sign: WebhookSample['sign'] };

const providers: readonly Provider[] = [
  {
    webhooks: null,
    headers: form,
    bodies: ['event=order&total=1.50&name=K%C3%A4se', `payload=${encodeURIComponent(JSON.stringify(order))}`],
    sign: () => ({}),
  },
  { webhooks: { scheme: 'none', visitor: 'data.object.customer', time: 'created' }, ...of([order, [order, order]]) },
  {
    webhooks: { scheme: 'standard-webhooks', secret },
    ...of([order]),
    sign(content, now) {
      const time = secondsOf(now);
      const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
      const signature = digestOf(key, [`msg_1.${time}.`, content]).toString('base64');
      return { 'webhook-id': 'msg_1', 'webhook-timestamp': time, 'webhook-signature': `v1,${signature}` };
    },
  },
  {
    webhooks: { scheme: 'stripe', secret },
    ...of([order]),
    sign(content, now) {
      const time = secondsOf(now);
      return { 'stripe-signature': `t=${time},v1=${hex(secret, `${time}.`, content)}` };
    },
  },
  {
    webhooks: { scheme: 'github', secret },
    ...of([{ action: 'opened', sender: { login: 'ann' } }], { 'x-github-event': 'issues', 'x-github-delivery': 'd-1' }),
    sign: (content) => ({ 'x-hub-signature-256': `sha256=${hex(secret, content)}` }),
  },
  {
    webhooks: { scheme: 'shopify', secret },
    ...of([{ customer: { id: 7 } }], { 'x-shopify-topic': 'orders/paid', 'x-shopify-webhook-id': 'w-1' }),
    sign: (content) => ({ 'x-shopify-hmac-sha256': digestOf(secret, [content]).toString('base64') }),
  },
  {
    webhooks: { scheme: 'hmac', secret, header: 'X-Sign', signed: '{timestamp}:{body}', timeHeader: 'X-Time' },
    ...of([order]),
    sign(content, now) {
      const time = secondsOf(now);
      return { 'x-time': time, 'x-sign': hex(secret, `${time}:`, content) };
    },
  },
];

function of(bodies: readonly object[], headers: Headers = {}): Omit<Provider, 'webhooks'> {
  return { headers: { ...json, ...headers }, bodies: bodies.map((body) => JSON.stringify(body)), sign: () => ({}) };
}

/** Samples of each scheme, with the collectors that take them. */
export async function webhookSamples(server: Pick<Awaited<ReturnType<typeof startTestServer>>, 'make'>) {
  const samples: WebhookSample[] = [];
  for (const [index, { webhooks, headers, bodies, sign }] of providers.entries()) {
    const { key } = await server.make('/collectors', { name: `Hooks ${index}`, formats: ['webhooks'], webhooks });
    const isSigned = index > 1;
    for (const body of bodies) samples.push({ path: `/hooks/${key}`, headers, body, isSigned, sign });
  }
  return samples;
}
