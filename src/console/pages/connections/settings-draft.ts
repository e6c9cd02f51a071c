import type { CallInput } from '../../../client/client.ts';
import { durationOf, durationsOf, durationText } from '../../parts/duration-text.ts';
import type { HeaderDraft } from '../../parts/header-rows.tsx';
import { rows } from '../../parts/rows.ts';
import type { SecretValue } from '../../parts/secret-field.tsx';
import type { Connection } from './connection.ts';
import { kept, written } from './drafted-secret.ts';

type Settings = NonNullable<CallInput<'replaceConnection'>['body']['settings']>;
type Hmac = Extract<Connection['settings']['signing'], { scheme: 'hmac' }>;

export type SettingsDraft = {
  headers: HeaderDraft[];
  connectTimeout: string;
  timeout: string;
  retrySchedule: string;
  /** Per cent. */
  retryJitter: string;
  rateLimit: string;
  ratePer: string;
  concurrency: string;
  /** Per cent. */
  breakerRatio: string;
  breakerMinimum: string;
  breakerWindow: string;
  breakerOpen: string;
  idempotencyHeader: string;
  heldMaxAge: string;
  tlsCa: string;
  tlsCert: string;
  tlsKey: SecretValue;
  tlsMinVersion: Connection['settings']['tls']['minVersion'];
  proxyUrl: string;
  proxyUsername: string;
  proxyPassword: SecretValue;
  signing: 'none' | 'standard-webhooks' | 'hmac';
  signingSecret: SecretValue;
  signingPreviousSecret: SecretValue;
  signingPreviousUntil: string;
  signingAlgorithm: Hmac['algorithm'];
  signingEncoding: Hmac['encoding'];
  signingHeader: string;
  signingFormat: string;
};

/** A new connection's settings: the defaults of the contract. */
export const emptySettings: SettingsDraft = {
  headers: [],
  connectTimeout: '5 s',
  timeout: '15 s',
  retrySchedule: '0 s, 5 s, 1 min, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h',
  retryJitter: '10',
  rateLimit: '',
  ratePer: '1 s',
  concurrency: '',
  breakerRatio: '70',
  breakerMinimum: '10',
  breakerWindow: '5 min',
  breakerOpen: '30 s',
  idempotencyHeader: 'Idempotency-Key',
  heldMaxAge: '',
  tlsCa: '',
  tlsCert: '',
  tlsKey: null,
  tlsMinVersion: 'TLSv1.2',
  proxyUrl: '',
  proxyUsername: '',
  proxyPassword: null,
  signing: 'none',
  signingSecret: null,
  signingPreviousSecret: null,
  signingPreviousUntil: '',
  signingAlgorithm: 'sha256',
  signingEncoding: 'hex',
  signingHeader: 'X-Signature',
  signingFormat: '{signature}',
};

export function settingsDraftOf(settings: Connection['settings']): SettingsDraft {
  const { retry, rate, breaker, tls, proxy, signing } = settings;
  return {
    ...emptySettings,
    headers: rows(settings.headers.map(({ name, value, secret }) => ({ name, value, isSecret: secret }))),
    connectTimeout: durationText(settings.connectTimeoutMs),
    timeout: durationText(settings.timeoutMs),
    retrySchedule: retry.scheduleMs.map(durationText).join(', '),
    retryJitter: percent(retry.jitter),
    rateLimit: numberText(rate.limit),
    ratePer: durationText(rate.perMs),
    concurrency: numberText(rate.concurrency),
    breakerRatio: percent(breaker.failureRatio),
    breakerMinimum: String(breaker.minimum),
    breakerWindow: durationText(breaker.windowMs),
    breakerOpen: durationText(breaker.openMs),
    idempotencyHeader: settings.idempotencyHeader ?? '',
    heldMaxAge: settings.heldMaxAgeMs === null ? '' : durationText(settings.heldMaxAgeMs),
    tlsCa: tls.ca ?? '',
    tlsCert: tls.cert ?? '',
    tlsKey: tls.key,
    tlsMinVersion: tls.minVersion,
    ...(proxy === null
      ? {}
      : { proxyUrl: proxy.url, proxyUsername: proxy.username ?? '', proxyPassword: proxy.password }),
    ...(signing === null
      ? {}
      : {
          signing: signing.scheme,
          signingSecret: signing.secret,
          signingPreviousSecret: signing.previousSecret,
          signingPreviousUntil: signing.previousUntil ?? '',
        }),
    ...(signing?.scheme === 'hmac'
      ? {
          signingAlgorithm: signing.algorithm,
          signingEncoding: signing.encoding,
          signingHeader: signing.header,
          signingFormat: signing.format,
        }
      : {}),
  };
}

/** The settings of a draft that was checked, as a write takes them. */
export function settingsOf(draft: SettingsDraft): Settings {
  return {
    headers: draft.headers.map(({ name, value, isSecret }) =>
      isSecret
        ? { name: name.trim(), value: written(value), secret: true }
        : { name: name.trim(), value: typeof value === 'string' ? value : '', secret: false },
    ),
    connectTimeoutMs: duration(draft.connectTimeout),
    timeoutMs: duration(draft.timeout),
    retry: { scheduleMs: durationsOf(draft.retrySchedule) ?? [], jitter: share(draft.retryJitter) },
    rate: {
      limit: numberOrNull(draft.rateLimit),
      perMs: duration(draft.ratePer),
      concurrency: numberOrNull(draft.concurrency),
    },
    breaker: {
      failureRatio: share(draft.breakerRatio),
      minimum: Number(draft.breakerMinimum),
      windowMs: duration(draft.breakerWindow),
      openMs: duration(draft.breakerOpen),
    },
    idempotencyHeader: textOrNull(draft.idempotencyHeader),
    heldMaxAgeMs: draft.heldMaxAge.trim() === '' ? null : duration(draft.heldMaxAge),
    tls: {
      ca: pemOrNull(draft.tlsCa),
      cert: pemOrNull(draft.tlsCert),
      key: written(draft.tlsKey),
      minVersion: draft.tlsMinVersion,
    },
    proxy:
      draft.proxyUrl.trim() === ''
        ? null
        : {
            url: draft.proxyUrl.trim(),
            username: textOrNull(draft.proxyUsername),
            password: written(draft.proxyPassword),
          },
    signing: signingOf(draft),
  };
}

export function withoutSecretsOfSettings<T extends SettingsDraft>(draft: T): T {
  return {
    ...draft,
    headers: draft.headers.map((one) => (one.isSecret ? { ...one, value: kept(one.value) } : one)),
    tlsKey: kept(draft.tlsKey),
    proxyPassword: kept(draft.proxyPassword),
    signingSecret: kept(draft.signingSecret),
    signingPreviousSecret: kept(draft.signingPreviousSecret),
  };
}

function signingOf(draft: SettingsDraft): NonNullable<Settings['signing']> | null {
  const secrets = {
    secret: written(draft.signingSecret),
    previousSecret: written(draft.signingPreviousSecret),
    previousUntil: textOrNull(draft.signingPreviousUntil),
  };
  switch (draft.signing) {
    case 'none':
      return null;
    case 'standard-webhooks':
      return { scheme: 'standard-webhooks', ...secrets };
    case 'hmac':
      return {
        scheme: 'hmac',
        algorithm: draft.signingAlgorithm,
        encoding: draft.signingEncoding,
        header: draft.signingHeader.trim(),
        format: draft.signingFormat.trim(),
        ...secrets,
      };
  }
}

const percent = (part: number) => String(Math.round(part * 10_000) / 100);
const share = (text: string) => Number(text) / 100;
const numberText = (value: number | null) => (value === null ? '' : String(value));
const numberOrNull = (text: string) => (text.trim() === '' ? null : Number(text));
const textOrNull = (text: string) => (text.trim() === '' ? null : text.trim());
const pemOrNull = (text: string) => (text.trim() === '' ? null : text);
const duration = (text: string) => durationOf(text) ?? 0;
