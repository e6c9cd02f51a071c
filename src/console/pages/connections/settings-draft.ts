import type { CallInput } from '../../../client/client.ts';
import { connectionFacts as facts } from '../../data/schema-facts.ts';
import {
  block,
  bodyBy,
  choice,
  type DraftOf,
  draftBy,
  duration,
  durations,
  keptBy,
  keptSecret,
  number,
  percent,
  problemsBy,
  secret,
  text,
} from '../../parts/form/form-fields.ts';
import type { HeaderDraft } from '../../parts/form/header-rows.tsx';
import { rows } from '../../parts/form/rows.ts';
import type { Connection } from './connection.ts';
import { written } from './drafted-secret.ts';

type Settings = NonNullable<CallInput<'replaceConnection'>['body']['settings']>;
type Hmac = Extract<Connection['settings']['signing'], { scheme: 'hmac' }>;

const at = (path: string) => `settings.${path}`;

/** The settings that are typed, by their paths in the body. */
const fields = {
  connectTimeout: duration(at('connectTimeoutMs')),
  timeout: duration(at('timeoutMs')),
  retrySchedule: durations(at('retry.scheduleMs')),
  retryJitter: percent(at('retry.jitter')),
  rateLimit: number(at('rate.limit')),
  ratePer: duration(at('rate.perMs')),
  concurrency: number(at('rate.concurrency')),
  breakerRatio: percent(at('breaker.failureRatio')),
  breakerMinimum: number(at('breaker.minimum')),
  breakerWindow: duration(at('breaker.windowMs')),
  breakerOpen: duration(at('breaker.openMs')),
  idempotencyHeader: text(at('idempotencyHeader')),
  heldMaxAge: duration(at('heldMaxAgeMs')),
  tlsCa: block(at('tls.ca')),
  tlsCert: block(at('tls.cert')),
  tlsKey: secret(at('tls.key')),
  tlsMinVersion: choice<Connection['settings']['tls']['minVersion']>(at('tls.minVersion')),
};

const proxyFields = {
  proxyUrl: text(at('proxy.url')),
  proxyUsername: text(at('proxy.username')),
  proxyPassword: secret(at('proxy.password')),
};

const signingFields = {
  signingSecret: secret(at('signing.secret')),
  signingPreviousSecret: secret(at('signing.previousSecret')),
  signingPreviousUntil: text(at('signing.previousUntil')),
};

/** Every field of the settings that has a descriptor. */
export const settingsFields = { ...fields, ...proxyFields, ...signingFields };

export type SettingsDraft = DraftOf<typeof settingsFields> & {
  headers: HeaderDraft[];
  signing: 'none' | 'standard-webhooks' | 'hmac';
  signingAlgorithm: Hmac['algorithm'];
  signingEncoding: Hmac['encoding'];
  signingHeader: string;
  signingFormat: string;
};

/** A new connection's settings: the defaults of the contract. */
export const emptySettings: SettingsDraft = {
  ...draftBy(settingsFields, facts, null),
  headers: [],
  signing: 'none',
  signingAlgorithm: 'sha256',
  signingEncoding: 'hex',
  signingHeader: 'X-Signature',
  signingFormat: '{signature}',
};

export function settingsDraftOf(settings: Connection['settings']): SettingsDraft {
  const { signing } = settings;
  return {
    ...emptySettings,
    ...draftBy(settingsFields, facts, { settings }),
    headers: rows(settings.headers.map(({ name, value, secret }) => ({ name, value, isSecret: secret }))),
    ...(signing === null ? {} : { signing: signing.scheme }),
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
  const { settings } = bodyBy(settingsFields, facts, draft) as { settings: Required<Settings> }; // each value by its path
  return {
    ...settings,
    headers: draft.headers.map(({ name, value, isSecret }) =>
      isSecret
        ? { name: name.trim(), value: written(value), secret: true }
        : { name: name.trim(), value: typeof value === 'string' ? value : '', secret: false },
    ),
    proxy: draft.proxyUrl.trim() === '' ? null : settings.proxy,
    signing: signingOf(draft, settings.signing),
  };
}

/** Problems of the settings, by path. */
export function settingsProblems(draft: SettingsDraft): Record<string, string> {
  return problemsBy(settingsFields, facts, draft);
}

export function withoutSecretsOfSettings<T extends SettingsDraft>(draft: T): T {
  const headers = draft.headers.map((one) => (one.isSecret ? { ...one, value: keptSecret(one.value) } : one));
  return { ...keptBy(settingsFields, draft), headers };
}

function signingOf(draft: SettingsDraft, shared: Settings['signing']): NonNullable<Settings['signing']> | null {
  const { signing: scheme, signingAlgorithm: algorithm, signingEncoding: encoding } = draft;
  if (scheme === 'none') return null;
  const own = { algorithm, encoding, header: draft.signingHeader.trim(), format: draft.signingFormat.trim() };
  return { ...shared, scheme, ...(scheme === 'hmac' ? own : {}) } as NonNullable<Settings['signing']>; // by its scheme
}
