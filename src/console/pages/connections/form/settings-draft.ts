import type { CallInput } from '../../../../client/client.ts';
import { connectionFacts as facts } from '../../../data/schema-facts.ts';
import { connectionForm as words } from '../../../messages/en/connection-form.ts';
import { formFields } from '../../../messages/en/form-fields.ts';
import {
  block,
  bodyBy,
  choice,
  type DraftOf,
  draftBy,
  duration,
  durations,
  type FormFields,
  keptBy,
  number,
  percent,
  problemsBy,
  secret,
  text,
  within,
} from '../../../parts/form/form-fields.ts';
import {
  type HeaderDraft,
  headerDraftsOf,
  headerProblems,
  headersOf,
  keptHeaders,
} from '../../../parts/form/headers.ts';
import type { Connection } from '../connection.ts';

type Settings = NonNullable<CallInput<'replaceConnection'>['body']['settings']>;
type Signing = NonNullable<Connection['settings']['signing']>;
type Hmac = Extract<Signing, { scheme: 'hmac' }>;

const fields = within('settings', {
  connectTimeout: duration('connectTimeoutMs'),
  timeout: duration('timeoutMs'),
  retrySchedule: durations('retry.scheduleMs'),
  retryJitter: percent('retry.jitter'),
  rateLimit: number('rate.limit'),
  ratePer: duration('rate.perMs'),
  concurrency: number('rate.concurrency'),
  breakerRatio: percent('breaker.failureRatio'),
  breakerMinimum: number('breaker.minimum'),
  breakerWindow: duration('breaker.windowMs'),
  breakerOpen: duration('breaker.openMs'),
  idempotencyHeader: text('idempotencyHeader'),
  heldMaxAge: duration('heldMaxAgeMs'),
  tlsCa: block('tls.ca'),
  tlsCert: block('tls.cert'),
  tlsKey: secret('tls.key'),
  tlsMinVersion: choice<Connection['settings']['tls']['minVersion']>('tls.minVersion'),
});

const proxyFields = within('settings.proxy', {
  // Left empty, there is no proxy.
  proxyUrl: text('url', true),
  proxyUsername: text('username'),
  proxyPassword: secret('password'),
});

const signingFields = within('settings.signing', {
  signing: choice<'none' | Signing['scheme']>('scheme'),
  signingSecret: secret('secret'),
  signingPreviousSecret: secret('previousSecret'),
  signingPreviousUntil: text('previousUntil'),
});

const hmacFields = within('settings.signing', {
  signingAlgorithm: choice<Hmac['algorithm']>('algorithm'),
  signingEncoding: choice<Hmac['encoding']>('encoding'),
  signingHeader: text('header'),
  signingFormat: text('format'),
});

/** Every field of the settings, beside those of rows. */
export const settingsFields = { ...fields, ...proxyFields, ...signingFields, ...hmacFields };

export type SettingsDraft = DraftOf<typeof settingsFields> & { headers: HeaderDraft[] };

/** The initial values of a signature in a header, for which the contract has no defaults. */
const newHmac = { signingHeader: 'X-Signature', signingFormat: '{signature}' };

/** The settings of a new connection: the defaults of the contract. */
export const emptySettings: SettingsDraft = {
  ...draftBy(settingsFields, facts, null),
  ...newHmac,
  signing: 'none',
  headers: [],
};

export function settingsDraftOf(settings: Connection['settings']): SettingsDraft {
  const { signing, headers } = settings;
  return {
    ...emptySettings,
    ...draftBy({ ...fields, ...proxyFields }, facts, { settings }),
    ...(signing === null ? {} : draftBy(signingFields, facts, { settings })),
    ...(signing?.scheme === 'hmac' ? draftBy(hmacFields, facts, { settings }) : {}),
    headers: headerDraftsOf(headers),
  };
}

/** The fields that a draft uses. */
function fieldsIn({ proxyUrl, signing }: SettingsDraft): FormFields {
  return {
    ...fields,
    ...(proxyUrl.trim() === '' ? {} : proxyFields),
    ...(signing === 'none' ? {} : signingFields),
    ...(signing === 'hmac' ? hmacFields : {}),
  };
}

/** The settings of a draft that was checked, as a write takes them. */
export function settingsOf(draft: SettingsDraft): Settings {
  const { settings } = bodyBy(fieldsIn(draft), facts, draft) as { settings: Settings }; // each value by its path
  return { proxy: null, signing: null, ...settings, headers: headersOf(draft.headers) };
}

/** Problems of the settings, by path. */
export function settingsProblems(draft: SettingsDraft): Record<string, string> {
  const until = draft.signingPreviousUntil.trim();
  return {
    ...problemsBy(fieldsIn(draft), facts, draft, words.fields),
    ...headerProblems(draft.headers, facts),
    ...(draft.signing !== 'none' && until !== '' && Number.isNaN(Date.parse(until))
      ? { [signingFields.signingPreviousUntil.path]: formFields.time }
      : {}),
  };
}

/** The draft that a browser may keep: without the secrets that were typed. */
export const withoutSecretsOfSettings = <T extends SettingsDraft>(draft: T): T => ({
  ...keptBy(settingsFields, draft),
  headers: keptHeaders(draft.headers),
});
