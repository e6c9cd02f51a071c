import { createHmac } from 'node:crypto';
import type { ConnectionBody } from '../contract/documents/connection.ts';
import { reveal } from './secret-fields.ts';

export type SigningSettings = NonNullable<ConnectionBody['settings']['signing']>;

export type Signature =
  | { readonly ok: true; readonly headers: [name: string, value: string][] }
  | { readonly ok: false; readonly detail: string };

/**
 * The signed message: its id (the same in every attempt), the body as sent ('' when there is none), and the time in
 * ms.
 */
type SignedMessage = { readonly id: string; readonly body: string; readonly now: number };

/**
 * The headers that let a receiver verify the sender of a request. While the previous secret is still valid (until
 * `previousUntil`; null: always) both signatures are sent. Never succeeds without a secret. Pure.
 *
 * `standard-webhooks` follows the Standard Webhooks specification: `webhook-id`, `webhook-timestamp` (seconds) and
 * `webhook-signature: v1,<base64>` over `id.timestamp.body`.
 *
 * `hmac` sends one header. A `format` with `{body}` is the text to sign (`{timestamp}.{body}`,
 * `v0:{timestamp}:{body}`); id and timestamp are then sent as `webhook-id` and `webhook-timestamp` where it names
 * them. Any other format is the header's value (`sha256={signature}`, `t={timestamp},v1={signature}`): with
 * `{timestamp}` in it `timestamp.body` is signed, else the body. Without `{signature}` the signature is appended.
 */
export function signMessage(signing: SigningSettings, message: SignedMessage): Signature {
  const isPreviousGood = signing.previousUntil === null || Date.parse(signing.previousUntil) > message.now;
  const secrets = [reveal(signing.secret), isPreviousGood ? reveal(signing.previousSecret) : ''].filter(Boolean);
  if (secrets.length === 0) return { ok: false, detail: 'No signing secret is stored.' };
  return { ok: true, headers: signatures(signing, secrets, message) };
}

/** The names of the headers that sign the requests of a connection. */
export function signatureHeaders(signing: SigningSettings | null): string[] {
  return signing === null ? [] : signatures(signing, [''], { id: '', body: '', now: 0 }).map(([name]) => name);
}

function signatures(signing: SigningSettings, secrets: string[], message: SignedMessage): [string, string][] {
  const timestamp = String(Math.floor(message.now / 1_000));
  return signing.scheme === 'hmac'
    ? hmacHeaders(signing, secrets, message, timestamp)
    : standardHeaders(secrets, message, timestamp);
}

/** The key of a Standard Webhooks secret: base64 after an optional `whsec_`; null for any other text. */
export function standardKey(secret: string): Buffer | null {
  const text = secret.trim().replace(/^whsec_/, '');
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : null;
}

function standardHeaders(secrets: string[], { id, body }: SignedMessage, timestamp: string): [string, string][] {
  const signatures = secrets.map((secret) => {
    const key = standardKey(secret) ?? secret;
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return [
    ['webhook-id', id],
    ['webhook-timestamp', timestamp],
    ['webhook-signature', signatures.join(' ')],
  ];
}

function hmacHeaders(
  { algorithm, encoding, header, format }: Extract<SigningSettings, { scheme: 'hmac' }>,
  secrets: string[],
  { id, body }: SignedMessage,
  timestamp: string,
): [string, string][] {
  const fill = (text: string, values: Record<string, string>) =>
    text.replace(/\{(\w+)\}/g, (place, name: string) => (Object.hasOwn(values, name) ? values[name] : null) ?? place);
  const isContent = format.includes('{body}');
  const content = isContent
    ? fill(format, { id, timestamp, body })
    : format.includes('{timestamp}')
      ? `${timestamp}.${body}`
      : body;
  const value = isContent ? '{signature}' : format.includes('{signature}') ? format : `${format}{signature}`;
  const values = secrets.map((secret) =>
    fill(value, { id, timestamp, signature: createHmac(algorithm, secret).update(content).digest(encoding) }),
  );
  const headers: [string, string][] = [[header, values.join(', ')]];
  if (isContent && format.includes('{id}')) headers.push(['webhook-id', id]);
  if (isContent && format.includes('{timestamp}')) headers.push(['webhook-timestamp', timestamp]);
  return headers;
}
