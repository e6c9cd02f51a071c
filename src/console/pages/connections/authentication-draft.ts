import type { CallInput } from '../../../client/client.ts';
import { connectionFacts as facts } from '../../data/schema-facts.ts';
import {
  block,
  bodyBy,
  choice,
  type DraftOf,
  draftBy,
  duration,
  keptBy,
  keptSecret,
  secret,
  text,
} from '../../parts/form/form-fields.ts';
import { type Row, rows } from '../../parts/form/rows.ts';
import type { SecretValue } from '../../parts/form/secret-field.tsx';
import type { Connection } from './connection.ts';
import { type WrittenSecret, written } from './drafted-secret.ts';

export type AuthType = 'none' | 'basic' | 'bearer' | 'oauth2';
export type Grant = 'client_credentials' | 'password' | 'jwt' | 'refresh_token';
type Auth = NonNullable<CallInput<'replaceConnection'>['body']['auth']>;
type Oauth2 = Extract<Auth, { type: 'oauth2' }>;
type StoredOauth2 = Extract<Connection['auth'], { type: 'oauth2' }>;
type StoredAssertion = NonNullable<StoredOauth2['clientAssertion']>;

/** A parameter or header of token requests. */
export type PairDraft = Row & { name: string; value: SecretValue };

/** An answer that tells that the token is no longer taken. */
export type SignalDraft = Row & { status: string; headerName: string; headerContains: string; bodyContains: string };

/** The fields of a signed assertion, by their paths in the body. */
const assertionFields = {
  privateKey: secret('auth.clientAssertion.privateKey'),
  keyId: text('auth.clientAssertion.keyId'),
  algorithm: choice<StoredAssertion['algorithm']>('auth.clientAssertion.algorithm'),
  issuer: text('auth.clientAssertion.issuer'),
  subject: text('auth.clientAssertion.subject'),
  audience: text('auth.clientAssertion.audience'),
  lifetime: duration('auth.clientAssertion.lifetimeMs'),
};

/** A signed assertion: the key, and its claims as a JSON object. */
export type AssertionDraft = DraftOf<typeof assertionFields> & { claims: string };

const tokenFields = {
  tokenAt: text('auth.tokenFields.accessToken'),
  expiresAt: text('auth.tokenFields.expiresIn'),
  typeAt: text('auth.tokenFields.tokenType'),
  refreshTokenAt: text('auth.tokenFields.refreshToken'),
};

/** The fields of every OAuth grant. A path in token responses that is empty is not looked for. */
const sharedFields = {
  clientId: text('auth.clientId'),
  clientSecret: secret('auth.clientSecret'),
  accessTokenUrl: text('auth.accessTokenUrl'),
  scope: text('auth.scope'),
  clientAuth: choice<NonNullable<Oauth2['clientAuth']>>('auth.clientAuth'),
  ...tokenFields,
};

/** The fields of single kinds of authentication and single grants. */
const ownFields = {
  username: block('auth.username'),
  password: secret('auth.password'),
  token: secret('auth.token'),
  jwt: secret('auth.jwt'),
  refreshToken: secret('auth.refreshToken'),
};

/** Every field that has a descriptor. */
export const authenticationFields = { ...sharedFields, ...ownFields };

export type AuthenticationDraft = DraftOf<typeof authenticationFields> & {
  authType: AuthType;
  grant: Grant;
  /** A token that was pasted, or a fresh one signed with a key for each use. */
  jwtSource: 'pasted' | 'signed';
  jwtAssertion: AssertionDraft;
  clientAssertion: AssertionDraft;
  extraParams: PairDraft[];
  extraHeaders: PairDraft[];
  refreshOn: SignalDraft[];
};

const emptyAssertion: AssertionDraft = { ...draftBy(assertionFields, facts, null), algorithm: 'RS256', claims: '' };

export const emptyAuthentication: AuthenticationDraft = {
  ...draftBy(authenticationFields, facts, null),
  authType: 'none',
  grant: 'client_credentials',
  jwtSource: 'pasted',
  jwtAssertion: emptyAssertion,
  clientAssertion: emptyAssertion,
  extraParams: [],
  extraHeaders: [],
  refreshOn: [{ row: 0, status: '401', headerName: '', headerContains: '', bodyContains: '' }],
};

export function authenticationOf(auth: Connection['auth']): AuthenticationDraft {
  const stored = { ...draftBy(ownFields, facts, { auth }), authType: auth.type };
  if (auth.type !== 'oauth2') return { ...emptyAuthentication, ...stored };
  return {
    ...emptyAuthentication,
    ...stored,
    ...draftBy(sharedFields, facts, { auth }),
    // A connection that was stored before there were these fields has the standard's names.
    ...draftBy(tokenFields, facts, auth.tokenFields === undefined ? null : { auth }),
    grant: auth.grant,
    clientAssertion: assertionDraftOf(auth.clientAssertion),
    extraParams: pairsOf(auth.extraParams),
    extraHeaders: pairsOf(auth.extraHeaders),
    refreshOn: rows(
      auth.refreshOn.map(({ status, header, bodyContains }) => ({
        status: String(status),
        headerName: header?.name ?? '',
        headerContains: header?.contains ?? '',
        bodyContains: bodyContains ?? '',
      })),
    ),
    ...(auth.grant === 'jwt'
      ? {
          jwtSource: auth.assertion === null ? ('pasted' as const) : ('signed' as const),
          jwtAssertion: assertionDraftOf(auth.assertion),
        }
      : {}),
  };
}

/** How a draft signs in, as a write takes it. */
export function authOf(draft: AuthenticationDraft, stored: Connection['auth'] | null): Auth {
  switch (draft.authType) {
    case 'none':
      return { type: 'none' };
    case 'basic':
      return { type: 'basic', username: draft.username, password: basicPasswordOf(draft.password, stored) };
    case 'bearer':
      return { type: 'bearer', token: written(draft.token) };
    case 'oauth2': {
      const before = stored?.type === 'oauth2' ? stored : null;
      const shared = {
        ...(bodyBy(sharedFields, facts, draft)['auth'] as Pick<Oauth2, 'clientId' | 'clientSecret' | 'accessTokenUrl'>), // each value by its path
        type: 'oauth2' as const,
        // An assertion that is not in use stays what it was.
        clientAssertion:
          draft.clientAuth === 'private_key_jwt'
            ? assertionOf(draft.clientAssertion)
            : ((before?.clientAssertion ?? null) as Oauth2['clientAssertion']), // GET's form, with marks, is what a write takes
        extraParams: recordOf(draft.extraParams),
        extraHeaders: recordOf(draft.extraHeaders),
        refreshOn: draft.refreshOn.map(({ status, headerName, headerContains, bodyContains }) => ({
          status: Number(status),
          ...(headerName.trim() === '' ? {} : { header: { name: headerName.trim(), contains: headerContains } }),
          ...(bodyContains.trim() === '' ? {} : { bodyContains: bodyContains.trim() }),
        })),
      };
      if (draft.grant === 'password')
        return { ...shared, grant: 'password', username: draft.username, password: written(draft.password) };
      if (draft.grant === 'refresh_token')
        return { ...shared, grant: 'refresh_token', refreshToken: written(draft.refreshToken) };
      if (draft.grant === 'jwt')
        return draft.jwtSource === 'signed'
          ? { ...shared, grant: 'jwt', jwt: null, assertion: assertionOf(draft.jwtAssertion) }
          : { ...shared, grant: 'jwt', jwt: written(draft.jwt), assertion: null };
      return { ...shared, grant: 'client_credentials' };
    }
  }
}

export function withoutSecretsOfAuthentication<T extends AuthenticationDraft>(draft: T): T {
  const pairs = (list: PairDraft[]) =>
    list.map((one) => (isPublic(one.name) ? one : { ...one, value: keptSecret(one.value) }));
  const assertion = (one: AssertionDraft) => keptBy(assertionFields, one);
  return {
    ...keptBy(authenticationFields, draft),
    jwtAssertion: assertion(draft.jwtAssertion),
    clientAssertion: assertion(draft.clientAssertion),
    extraParams: pairs(draft.extraParams),
    extraHeaders: pairs(draft.extraHeaders),
  };
}

/** Parameters of token requests that may be read by everybody with View (contract: publicTokenFields). */
export const isPublic = (name: string) => ['audience', 'resource', 'scope'].includes(name.trim().toLowerCase());

function pairsOf(record: Readonly<Record<string, SecretValue>>): PairDraft[] {
  return rows(Object.entries(record).map(([name, value]) => ({ name, value })));
}

/** Some systems take a key as user name and no password: a field that is left or made empty says so. */
function basicPasswordOf(value: SecretValue, stored: Connection['auth'] | null): WrittenSecret {
  const isEmpty = value === '' || (value === null && stored?.type !== 'basic');
  return isEmpty ? ('' as WrittenSecret) : written(value); // branded only on the server
}

function recordOf(pairs: readonly PairDraft[]): NonNullable<Oauth2['extraParams']> {
  return Object.fromEntries(pairs.map(({ name, value }) => [name.trim(), value ?? ''])) as NonNullable<
    Oauth2['extraParams']
  >; // texts and marks, branded only on the server
}

function assertionDraftOf(stored: StoredAssertion | null): AssertionDraft {
  if (stored === null) return emptyAssertion;
  const claims = Object.keys(stored.claims).length === 0 ? '' : JSON.stringify(stored.claims, null, 2);
  return { ...draftBy(assertionFields, facts, { auth: { clientAssertion: stored } }), claims };
}

function assertionOf(draft: AssertionDraft): NonNullable<Oauth2['clientAssertion']> {
  const { auth } = bodyBy(assertionFields, facts, draft) as { auth: Pick<Oauth2, 'clientAssertion'> }; // each value by its path
  return { ...auth.clientAssertion, claims: readClaims(draft.claims) ?? {} } as NonNullable<Oauth2['clientAssertion']>; // of every field
}

/** Claims as they were typed; null when they are no JSON object. */
export function readClaims(text: string): Record<string, unknown> | null {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>) // just looked at
      : null;
  } catch {
    return null;
  }
}
