import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { standardKey } from '../../connections/signing.ts';
import { toleranceMs, type WebhookIntake } from '../../contract/documents/webhook-intake.ts';
import { timeOf } from '../formats/event-times.ts';

/** What a request says about its signature. Several signatures: the sender rotates its secret, and one is enough. */
export type Claim = {
  signatures: readonly string[];
  algorithm: 'sha256' | 'sha512' | 'sha1';
  encoding: 'hex' | 'base64';
  /** What is signed before the body and after it. */
  before: string;
  after: string;
  /** The signed time; null: the scheme signs none. */
  time: { text: string; toleranceMs: number } | null;
  key(secret: string): string | Buffer;
};

export type SignedScheme = Exclude<WebhookIntake, { scheme: 'none' }>;

/** The claim of a request by the scheme of its collector; a text: what is missing. Pure. */
export function claimOf(scheme: SignedScheme, headers: IncomingHttpHeaders): Claim | string {
  switch (scheme.scheme) {
    case 'standard-webhooks':
      return standardClaim(headers);
    case 'stripe':
      return stripeClaim(headers);
    case 'github':
      return plainClaim(headers, { header: 'x-hub-signature-256', prefix: 'sha256=', encoding: 'hex' });
    case 'shopify':
      return plainClaim(headers, { header: 'x-shopify-hmac-sha256', prefix: '', encoding: 'base64' });
    case 'hmac':
      return hmacClaim(scheme, headers);
  }
}

/** Why a claim does not hold for the body; null: it does. Compares in constant time. Pure. */
export function whyInvalid(claim: Claim, body: Buffer, secrets: readonly string[], now: number): string | null {
  const { signatures, algorithm, encoding, before, after, time, key } = claim;
  if (time !== null) {
    const at = Date.parse(timeOf(time.text) ?? '');
    if (Number.isNaN(at)) return 'The time of the signature can’t be read.';
    if (Math.abs(now - at) > time.toleranceMs)
      return `The time of the signature is more than ${time.toleranceMs / 1_000} s from now.`;
  }
  const given = signatures.slice(0, signaturesMax).map((text) => Buffer.from(text, encoding));
  const isValid = secrets.some((secret) => {
    const own = createHmac(algorithm, key(secret)).update(before).update(body).update(after).digest();
    return given.some((one) => one.length === own.length && timingSafeEqual(one, own));
  });
  return isValid ? null : 'The signature is not that of this body with a secret of the collector.';
}

/** More than any sender has secrets at once. */
const signaturesMax = 20;

const asText = (secret: string) => secret;
const common = { algorithm: 'sha256', after: '', time: null, key: asText } as const;

/** The beginning of the headers that are signed: of Standard Webhooks, or of Svix, which had its own names before. */
export const standardPrefix = (headers: IncomingHttpHeaders): 'webhook' | 'svix' =>
  headers['webhook-signature'] === undefined && headers['svix-signature'] !== undefined ? 'svix' : 'webhook';

function standardClaim(headers: IncomingHttpHeaders): Claim | string {
  const prefix = standardPrefix(headers);
  const [id, time, signature] = ['id', 'timestamp', 'signature'].map((name) => textOf(headers[`${prefix}-${name}`]));
  if (!id || !time || !signature) return 'The headers webhook-id, webhook-timestamp and webhook-signature are needed.';
  const signatures = signature.split(' ').flatMap((one) => (one.startsWith('v1,') ? [one.slice(3)] : []));
  return {
    ...common,
    signatures,
    encoding: 'base64',
    before: `${id}.${time}.`,
    time: { text: time, toleranceMs },
    key: (secret) => standardKey(secret) ?? secret,
  };
}

function stripeClaim(headers: IncomingHttpHeaders): Claim | string {
  const parts = (textOf(headers['stripe-signature']) ?? '').split(',').map((part) => part.trim().split(/=(.*)/s, 2));
  const valuesOf = (name: string) => parts.flatMap(([key, value]) => (key === name && value ? [value] : []));
  const [time] = valuesOf('t');
  if (time === undefined) return 'The header Stripe-Signature is needed.';
  const signed = { before: `${time}.`, time: { text: time, toleranceMs } };
  return { ...common, ...signed, signatures: valuesOf('v1'), encoding: 'hex' };
}

type Plain = Pick<Claim, 'encoding'> & { header: string; prefix: string };

function plainClaim(headers: IncomingHttpHeaders, { header, prefix, encoding }: Plain): Claim | string {
  const signature = textOf(headers[header.toLowerCase()]);
  if (signature === null || !signature.startsWith(prefix)) return missing(header, prefix);
  return { ...common, signatures: [signature.slice(prefix.length)], encoding, before: '' };
}

function hmacClaim(scheme: Extract<SignedScheme, { scheme: 'hmac' }>, headers: IncomingHttpHeaders): Claim | string {
  const claim = plainClaim(headers, scheme);
  if (typeof claim === 'string') return claim;
  const time = scheme.timeHeader === null ? null : textOf(headers[scheme.timeHeader.toLowerCase()]);
  if (time === null && scheme.timeHeader !== null) return missing(scheme.timeHeader, '');
  const [before = '', after = ''] = scheme.signed
    .split('{body}')
    .map((text) => text.replaceAll('{timestamp}', () => time ?? ''));
  return {
    ...claim,
    algorithm: scheme.algorithm,
    before,
    after,
    time: time === null ? null : { text: time, toleranceMs: scheme.toleranceMs },
  };
}

const missing = (header: string, prefix: string) =>
  `The header ${header} is needed${prefix === '' ? '' : `, and begins with ${prefix}`}.`;

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
