import type { CallInput } from '../../../../client/client.ts';
import { connectionFacts as facts } from '../../../data/schema-facts.ts';
import { formFields, connectionForm as words } from '../../../messages/en.ts';
import { filledIn, type PresetValue } from '../../../presets/placeholders.ts';
import type { controlsOf, FormState } from '../../form/form-controls.tsx';
import * as f from '../../form/form-fields.ts';
import { type HeaderDraft, headerDraftsOf, headerProblems, headersOf, keptHeaders } from '../../form/headers.ts';
import type { Connection } from '../connection.ts';
import {
  type AuthenticationDraft,
  authenticationFields,
  authenticationOf,
  authOf,
  fieldsFor,
  keptPairs,
  pairProblems,
  signalFields,
} from './authentication-draft.ts';

type Body = CallInput<'replaceConnection'>['body'];
type Signing = NonNullable<Connection['settings']['signing']>;
type Hmac = Extract<Signing, { scheme: 'hmac' }>;
type Choices = { proxyUrl: string; signing: 'none' | Signing['scheme'] };

const isSigned = ({ signing }: Choices) => signing !== 'none';

/** Every field of a connection that is neither in a row nor of its authentication. */
const ownFields = {
  name: f.text('name'),
  description: f.block('description'),
  baseUrl: f.url('baseUrl'),
  port: f.number('port'),
  ...f.within('settings', {
    connectTimeout: f.duration('connectTimeoutMs'),
    timeout: f.duration('timeoutMs'),
    retrySchedule: f.durations('retry.scheduleMs'),
    retryJitter: f.percent('retry.jitter'),
    rateLimit: f.number('rate.limit'),
    ratePer: f.duration('rate.perMs'),
    concurrency: f.number('rate.concurrency'),
    breakerRatio: f.percent('breaker.failureRatio'),
    breakerMinimum: f.number('breaker.minimum'),
    breakerWindow: f.duration('breaker.windowMs'),
    breakerOpen: f.duration('breaker.openMs'),
    idempotencyHeader: f.text('idempotencyHeader'),
    heldMaxAge: f.duration('heldMaxAgeMs'),
    tlsCa: f.block('tls.ca'),
    tlsCert: f.block('tls.cert'),
    tlsKey: f.secret('tls.key'),
    tlsMinVersion: f.choice<Connection['settings']['tls']['minVersion']>('tls.minVersion'),
    // Left empty, there is no proxy.
    proxyUrl: f.text('proxy.url', true),
    ...f.when(({ proxyUrl }: Choices) => proxyUrl.trim() !== '', {
      proxyUsername: f.text('proxy.username'),
      proxyPassword: f.secret('proxy.password'),
    }),
    signing: f.initially('none', f.choice<Choices['signing']>('signing.scheme')),
    ...f.when(isSigned, { signingSecret: f.secret('signing.secret') }),
    ...f.when(({ signing }: Choices) => signing === 'hmac', {
      signingAlgorithm: f.choice<Hmac['algorithm']>('signing.algorithm'),
      signingEncoding: f.choice<Hmac['encoding']>('signing.encoding'),
      signingHeader: f.initially('X-Signature', f.text('signing.header')),
      signingFormat: f.initially('{signature}', f.text('signing.format')),
    }),
    ...f.when(isSigned, {
      signingPreviousSecret: f.secret('signing.previousSecret'),
      signingPreviousUntil: f.text('signing.previousUntil'),
    }),
  }),
};

export const connectionFields = { ...ownFields, ...authenticationFields };

export const labels = {
  ...words.fields,
  ...f.named('jwtAssertion', words.assertion),
  ...f.named('clientAssertion', words.assertion),
};

/**
 * A connection as its form holds it: the fields of all kinds of authentication side by side, so that choosing another
 * kind and back loses nothing. Numbers and durations are texts, as people type them.
 */
export type ConnectionDraft = f.DraftOf<typeof ownFields> &
  AuthenticationDraft & {
    headers: HeaderDraft[];
    /** The path of the first destination, moved from a pasted Base URL; not part of the connection. */
    firstPath: string;
    /** By the placeholders in the addresses of a preset; not part of the connection. */
    values: Readonly<Record<string, string>>;
  };

export type FormProps = FormState<ConnectionDraft>;
export type Field = ReturnType<typeof controlsOf<typeof connectionFields>>;

/** The form's values of a stored connection; null: of a new one. */
export const draftOf = (stored: Connection | null): ConnectionDraft => ({
  ...f.draftBy(ownFields, facts, stored),
  ...authenticationOf(stored?.auth ?? null),
  headers: headerDraftsOf(stored?.settings.headers ?? []),
  firstPath: '',
  values: {},
});

export const emptyDraft: ConnectionDraft = draftOf(null);

/** What a preset needs and was not typed, by path. */
export const valueProblems = (draft: ConnectionDraft, values: readonly PresetValue[]): Record<string, string> =>
  Object.fromEntries(
    values.flatMap(({ placeholder, label }) =>
      (draft.values[placeholder] ?? '').trim() === '' ? [[`values.${placeholder}`, formFields.neededOf(label)]] : [],
    ),
  );

/** The body that saves a draft over what is stored (null: nothing yet). */
export function bodyOf(typed: ConnectionDraft, stored: Connection | null): Body {
  const draft = {
    ...typed,
    baseUrl: filledIn(typed.baseUrl, typed.values),
    accessTokenUrl: filledIn(typed.accessTokenUrl, typed.values),
  };
  const { settings, ...body } = f.bodyBy(ownFields, facts, draft) as Body; // each value by its path
  return {
    ...(stored === null ? {} : { type: stored.type, status: stored.status }),
    ...body,
    auth: authOf(draft, stored?.auth ?? null),
    settings: {
      proxy: null,
      ...settings,
      ...(draft.signing === 'none' ? { signing: null } : {}),
      headers: headersOf(draft.headers),
    },
  };
}

/** What the form itself finds wrong, by path. The server decides again. */
export function problemsOf(draft: ConnectionDraft): Record<string, string> {
  const until = draft.signingPreviousUntil.trim();
  const oauth2 =
    draft.authType !== 'oauth2'
      ? []
      : [
          pairProblems(draft.extraParams, 'auth.extraParams'),
          pairProblems(draft.extraHeaders, 'auth.extraHeaders'),
          ...draft.refreshOn.map((signal, at) =>
            f.problemsBy(f.within(`auth.refreshOn.${at}`, signalFields), facts, signal),
          ),
        ];
  return Object.assign(
    f.problemsBy({ ...ownFields, ...fieldsFor(draft) }, facts, draft, labels),
    headerProblems(draft.headers, facts),
    draft.signing !== 'none' && until !== '' && Number.isNaN(Date.parse(until))
      ? { [ownFields.signingPreviousUntil.path]: formFields.time }
      : {},
    ...oauth2,
  );
}

/** The values of a preset that a browser may keep. */
export const withoutSecretValues = ({ values: typed }: ConnectionDraft, values: readonly PresetValue[]) =>
  Object.fromEntries(
    values.flatMap(({ placeholder, isSecret }) => (isSecret ? [] : [[placeholder, typed[placeholder] ?? '']])),
  );

/** The draft that a browser may keep: everything but secrets that were typed. */
export const withoutSecrets = (draft: ConnectionDraft): ConnectionDraft => ({
  ...f.keptBy(connectionFields, draft),
  headers: keptHeaders(draft.headers),
  extraParams: keptPairs(draft.extraParams),
  extraHeaders: keptPairs(draft.extraHeaders),
});
