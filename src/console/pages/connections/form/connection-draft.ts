import type { CallInput } from '../../../../client/client.ts';
import { connectionFacts as facts } from '../../../data/schema-facts.ts';
import { formFields, connectionForm as words } from '../../../messages/en.ts';
import {
  block,
  bodyBy,
  choice,
  type DraftOf,
  draftBy,
  duration,
  durations,
  initially,
  keptBy,
  named,
  number,
  percent,
  problemsBy,
  secret,
  text,
  url,
  when,
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
  name: text('name'),
  description: block('description'),
  baseUrl: url('baseUrl'),
  port: number('port'),
  ...within('settings', {
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
    // Left empty, there is no proxy.
    proxyUrl: text('proxy.url', true),
    ...when(({ proxyUrl }: Choices) => proxyUrl.trim() !== '', {
      proxyUsername: text('proxy.username'),
      proxyPassword: secret('proxy.password'),
    }),
    signing: initially('none', choice<Choices['signing']>('signing.scheme')),
    ...when(isSigned, { signingSecret: secret('signing.secret') }),
    ...when(({ signing }: Choices) => signing === 'hmac', {
      signingAlgorithm: choice<Hmac['algorithm']>('signing.algorithm'),
      signingEncoding: choice<Hmac['encoding']>('signing.encoding'),
      signingHeader: initially('X-Signature', text('signing.header')),
      signingFormat: initially('{signature}', text('signing.format')),
    }),
    ...when(isSigned, {
      signingPreviousSecret: secret('signing.previousSecret'),
      signingPreviousUntil: text('signing.previousUntil'),
    }),
  }),
};

export const connectionFields = { ...ownFields, ...authenticationFields };

export const labels = {
  ...words.fields,
  ...named('jwtAssertion', words.assertion),
  ...named('clientAssertion', words.assertion),
};

/**
 * A connection as its form holds it: the fields of all kinds of authentication side by side, so that choosing another
 * kind and back loses nothing. Numbers and durations are texts, as people type them.
 */
export type ConnectionDraft = DraftOf<typeof ownFields> &
  AuthenticationDraft & {
    headers: HeaderDraft[];
    /** The path of the first destination, moved from a pasted Base URL; not part of the connection. */
    firstPath: string;
  };

/** The form's values of a stored connection; null: of a new one. */
export const draftOf = (stored: Connection | null): ConnectionDraft => ({
  ...draftBy(ownFields, facts, stored),
  ...authenticationOf(stored?.auth ?? null),
  headers: headerDraftsOf(stored?.settings.headers ?? []),
  firstPath: '',
});

export const emptyDraft: ConnectionDraft = draftOf(null);

/** The body that saves a draft over what is stored (null: nothing yet). */
export function bodyOf(draft: ConnectionDraft, stored: Connection | null): Body {
  const { settings, ...body } = bodyBy(ownFields, facts, draft) as Body; // each value by its path
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
            problemsBy(within(`auth.refreshOn.${at}`, signalFields), facts, signal),
          ),
        ];
  return Object.assign(
    problemsBy({ ...ownFields, ...fieldsFor(draft) }, facts, draft, labels),
    headerProblems(draft.headers, facts),
    draft.signing !== 'none' && until !== '' && Number.isNaN(Date.parse(until))
      ? { [ownFields.signingPreviousUntil.path]: formFields.time }
      : {},
    ...oauth2,
  );
}

/** The draft that a browser may keep: everything but secrets that were typed. */
export const withoutSecrets = (draft: ConnectionDraft): ConnectionDraft => ({
  ...keptBy(connectionFields, draft),
  headers: keptHeaders(draft.headers),
  extraParams: keptPairs(draft.extraParams),
  extraHeaders: keptPairs(draft.extraHeaders),
});
