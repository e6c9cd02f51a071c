import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type WebhookIntake, webhookIntake } from '../../contract/documents/webhook-intake.ts';
import { Secret } from '../../contract/secret.ts';
import { verifyWebhook } from './verify.ts';

type Example = { settings: Record<string, unknown>; secret: string; headers: Record<string, string>; body: string };

/** Of the specification (Standard Webhooks), the documentation (GitHub, Slack) and an SDK (Stripe, for .NET). */
const published: Record<string, Example & { at: number | null }> = {
  'Standard Webhooks': {
    settings: { scheme: 'standard-webhooks' },
    secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    headers: {
      'webhook-id': 'msg_27UH4WbU6Z5A5EzD8u03UvzRbpk',
      'webhook-timestamp': '1649367553',
      'webhook-signature': 'v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=',
    },
    body: '{"email":"test@example.com","username":"test_user"}',
    at: 1649367553,
  },
  Stripe: {
    settings: { scheme: 'stripe' },
    secret: 'webhook_secret',
    headers: {
      'stripe-signature':
        't=1533204620,v1=2220f87ef101a04665f11cdf770523143f875572008577fa0f20882ddb9cc3c7,v0=63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef',
    },
    body: `${JSON.stringify(
      {
        id: 'evt_123',
        object: 'event',
        account: 'acct_123',
        api_version: '2017-05-25',
        created: 1533204620,
        data: {
          object: {
            id: 'cus_123',
            object: 'customer',
            created: 123456789,
            email: 'test@stripe.com',
            livemode: false,
            metadata: {},
          },
        },
        livemode: false,
        pending_webhooks: 1,
        request: { id: 'req_123', idempotency_key: 'idempotency-key-123' },
        type: 'customer.created',
      },
      null,
      2,
    )}\n`,
    at: 1533204620,
  },
  GitHub: {
    settings: { scheme: 'github' },
    secret: "It's a Secret to Everybody",
    headers: {
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    },
    body: 'Hello, World!',
    at: null,
  },
  Slack: {
    settings: {
      scheme: 'hmac',
      header: 'X-Slack-Signature',
      prefix: 'v0=',
      signed: 'v0:{timestamp}:{body}',
      timeHeader: 'X-Slack-Request-Timestamp',
    },
    secret: '8f742231b10e8888abcd99yyyzzz85a5',
    headers: {
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
      'x-slack-request-timestamp': '1531420618',
    },
    body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
    at: 1531420618,
  },
};

/** Shopify publishes how it signs, and no example of it. */
const shopify: Example = {
  settings: { scheme: 'shopify' },
  secret: 'test-webhook-secret',
  headers: { 'x-shopify-hmac-sha256': 'QNyObTlKbMx2qDlPF/ZOZcBqg5OgPg+2oky3zldc0Gw=' },
  body: '{"id":1234567890,"email":"customer@example.com","total_price":"123.45"}',
};

const examples = Object.entries({ ...published, Shopify: { ...shopify, at: null } });

type Change = Partial<{ now: number; body: string; headers: Record<string, string>; settings: object }>;

/** Verifies an example, with changes; null: it is valid, else the code of the refusal. */
function verified({ settings, secret, headers, body }: Example, nowSeconds: number, change: Change = {}) {
  const webhooks = {
    ...webhookIntake.parse(settings),
    ...{ secret: new Secret(secret, ''), previousSecret: null, previousUntil: null },
    ...change.settings,
  } as WebhookIntake; // its secrets are in place
  const request = { headers: { ...headers, ...change.headers }, body: Buffer.from(change.body ?? body) };
  try {
    verifyWebhook(webhooks, request, change.now ?? nowSeconds * 1_000);
    return null;
  } catch (error) {
    return (error as { code: string }).code; // an AppError
  }
}

test('the signatures that providers publish as examples are valid, and no other ones', () => {
  for (const [name, example] of examples) {
    const at = example.at ?? 1_700_000_000;
    assert.equal(verified(example, at), null, name);
    const changed = (change: Change) => verified(example, at, change);
    const [header = ''] = Object.keys(example.headers).filter((one) => /signature|hmac/.test(one));
    const { [header]: signature = '' } = example.headers;
    const refused: Record<string, Change> = {
      'another body': { body: `${example.body} ` },
      'no body': { body: '' },
      'another secret': { settings: { secret: new Secret('whsec_AAAA', '') } },
      'no secret': { settings: { secret: null } },
      'an empty secret': { settings: { secret: new Secret('', '') } },
      'no signature': { headers: { [header]: '' } },
      'a shorter signature': { headers: { [header]: signature.slice(0, -80) } },
      'its prefix alone': { headers: { [header]: signature.replace(/[\w+/]{20,}=?/g, '') } },
      'another signature': { headers: { [header]: signature.replace(/[1-9](?=[\w+/]{20})/, '0') } },
    };
    for (const [what, change] of Object.entries(refused))
      assert.equal(changed(change), 'invalid_signature', `${name}: ${what}`);
  }
});

test('a signature whose time is more than five minutes from now is refused, and one of five minutes is not', () => {
  for (const [name, example] of examples) {
    const { at } = example;
    if (at === null) continue;
    for (const seconds of [-300, 300]) assert.equal(verified(example, at + seconds), null, `${name} ${seconds}`);
    for (const seconds of [-301, 301])
      assert.equal(verified(example, at + seconds), 'invalid_signature', `${name} ${seconds}`);
  }
});

test('the time of a signature is signed: with another one the signature is not valid', () => {
  const { Stripe, Slack, 'Standard Webhooks': standard } = published;
  assert.ok(Stripe && Slack && standard);
  const { 'stripe-signature': header = '' } = Stripe.headers;
  const headers = { 'stripe-signature': header.replace('t=1533204620', 't=1533204621') };
  assert.equal(verified(Stripe, 1533204620, { headers }), 'invalid_signature');
  const other = { 'x-slack-request-timestamp': '1531420619', 'webhook-timestamp': '1649367554' };
  assert.equal(verified(Slack, 1531420618, { headers: other }), 'invalid_signature');
  assert.equal(verified(standard, 1649367553, { headers: other }), 'invalid_signature');
  for (const time of ['', 'now', '$&', '9'.repeat(400)]) {
    const headers = { 'x-slack-request-timestamp': time };
    assert.equal(verified(Slack, 1531420618, { headers }), 'invalid_signature', time.slice(0, 9));
  }
});

test('while a secret is rotated both are good, the previous one until its end', () => {
  const end = Date.parse('2026-03-01T00:00:00Z');
  for (const [name, example] of examples.filter(([, { at }]) => at === null)) {
    const previousSecret = new Secret(example.secret, '');
    const rotated = { secret: new Secret('another', ''), previousSecret };
    assert.equal(verified(example, 0, { settings: rotated }), null, name);
    assert.equal(verified(example, 0, { settings: { ...rotated, secret: null } }), null, name);
    const settings = { ...rotated, previousUntil: new Date(end).toISOString() };
    assert.equal(verified(example, 0, { settings, now: end - 1 }), null, name);
    assert.equal(verified(example, 0, { settings, now: end }), 'invalid_signature', name);
  }
});

test('a sender that rotates its own secret sends several signatures, of which one has to be valid', () => {
  const { Stripe, 'Standard Webhooks': standard } = published;
  assert.ok(Stripe && standard);
  const wrong = 'v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
  const { 'webhook-signature': signature = '' } = standard.headers;
  for (const both of [`${wrong} ${signature}`, `${signature} ${wrong}`, `v1a,xyz ${signature}`])
    assert.equal(verified(standard, 1649367553, { headers: { 'webhook-signature': both } }), null, both);
  const { 'stripe-signature': header = '' } = Stripe.headers;
  assert.equal(verified(Stripe, 1533204620, { headers: { 'stripe-signature': `v1=00, ${header}` } }), null);
});

test('headers with the names of Svix are read as those of Standard Webhooks', () => {
  const { 'Standard Webhooks': standard } = published;
  assert.ok(standard);
  const headers = Object.fromEntries(
    Object.entries(standard.headers).map(([name, value]) => [name.replace('webhook-', 'svix-'), value]),
  );
  assert.equal(verified({ ...standard, headers }, 1649367553), null);
});
