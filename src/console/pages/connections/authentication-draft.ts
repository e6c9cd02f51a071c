import type { CallInput } from '../../../client/client.ts';
import type { TokenFields } from '../../../contract/documents/connection.ts';
import { durationOf, durationText } from '../../parts/form/duration-text.ts';
import { keptSecret } from '../../parts/form/form-fields.ts';
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

/** A signed assertion: the key, and what it says. */
export type AssertionDraft = {
  privateKey: SecretValue;
  keyId: string;
  algorithm: StoredAssertion['algorithm'];
  issuer: string;
  subject: string;
  audience: string;
  lifetime: string;
  /** A JSON object. */
  claims: string;
};

export type AuthenticationDraft = {
  authType: AuthType;
  grant: Grant;
  username: string;
  password: SecretValue;
  token: SecretValue;
  clientId: string;
  clientSecret: SecretValue;
  accessTokenUrl: string;
  scope: string;
  /** A token that was pasted, or a fresh one signed with a key for each use. */
  jwtSource: 'pasted' | 'signed';
  jwt: SecretValue;
  jwtAssertion: AssertionDraft;
  refreshToken: SecretValue;
  clientAuth: NonNullable<Oauth2['clientAuth']>;
  clientAssertion: AssertionDraft;
  extraParams: PairDraft[];
  extraHeaders: PairDraft[];
  /** Paths in token answers; empty: it is not looked for. */
  tokenAt: string;
  expiresAt: string;
  typeAt: string;
  refreshTokenAt: string;
  refreshOn: SignalDraft[];
};

/** The names of RFC 6749, which the contract takes for granted. */
const standardTokenFields: TokenFields = {
  accessToken: 'access_token',
  expiresIn: 'expires_in',
  tokenType: 'token_type',
  refreshToken: 'refresh_token',
};

const emptyAssertion: AssertionDraft = {
  privateKey: null,
  keyId: '',
  algorithm: 'RS256',
  issuer: '',
  subject: '',
  audience: '',
  lifetime: '5 min',
  claims: '',
};

export const emptyAuthentication: AuthenticationDraft = {
  authType: 'none',
  grant: 'client_credentials',
  username: '',
  password: null,
  token: null,
  clientId: '',
  clientSecret: null,
  accessTokenUrl: '',
  scope: '',
  jwtSource: 'pasted',
  jwt: null,
  jwtAssertion: emptyAssertion,
  refreshToken: null,
  clientAuth: 'auto',
  clientAssertion: emptyAssertion,
  extraParams: [],
  extraHeaders: [],
  ...fieldsDraftOf(standardTokenFields),
  refreshOn: [{ row: 0, status: '401', headerName: '', headerContains: '', bodyContains: '' }],
};

export function authenticationOf(auth: Connection['auth']): AuthenticationDraft {
  const draft = { ...emptyAuthentication, authType: auth.type };
  switch (auth.type) {
    case 'none':
      return draft;
    case 'basic':
      return { ...draft, username: auth.username, password: auth.password };
    case 'bearer':
      return { ...draft, token: auth.token };
    case 'oauth2':
      return {
        ...draft,
        grant: auth.grant,
        clientId: auth.clientId,
        clientSecret: auth.clientSecret,
        accessTokenUrl: auth.accessTokenUrl,
        scope: auth.scope,
        clientAuth: auth.clientAuth,
        clientAssertion: assertionDraftOf(auth.clientAssertion),
        extraParams: pairsOf(auth.extraParams),
        extraHeaders: pairsOf(auth.extraHeaders),
        ...fieldsDraftOf(auth.tokenFields),
        refreshOn: rows(
          auth.refreshOn.map(({ status, header, bodyContains }) => ({
            status: String(status),
            headerName: header?.name ?? '',
            headerContains: header?.contains ?? '',
            bodyContains: bodyContains ?? '',
          })),
        ),
        ...(auth.grant === 'password' ? { username: auth.username, password: auth.password } : {}),
        ...(auth.grant === 'refresh_token' ? { refreshToken: auth.refreshToken } : {}),
        ...(auth.grant === 'jwt'
          ? {
              jwt: auth.jwt,
              jwtSource: auth.assertion === null ? ('pasted' as const) : ('signed' as const),
              jwtAssertion: assertionDraftOf(auth.assertion),
            }
          : {}),
      };
  }
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
        type: 'oauth2' as const,
        clientId: draft.clientId.trim(),
        clientSecret: written(draft.clientSecret),
        accessTokenUrl: draft.accessTokenUrl.trim(),
        scope: draft.scope.trim(),
        clientAuth: draft.clientAuth,
        // An assertion that is not in use stays what it was.
        clientAssertion:
          draft.clientAuth === 'private_key_jwt'
            ? assertionOf(draft.clientAssertion)
            : ((before?.clientAssertion ?? null) as Oauth2['clientAssertion']), // GET's form, with marks, is what a write takes
        extraParams: recordOf(draft.extraParams),
        extraHeaders: recordOf(draft.extraHeaders),
        tokenFields: {
          accessToken: draft.tokenAt.trim(),
          expiresIn: textOrNull(draft.expiresAt),
          tokenType: textOrNull(draft.typeAt),
          refreshToken: textOrNull(draft.refreshTokenAt),
        },
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
  const assertion = (one: AssertionDraft) => ({ ...one, privateKey: keptSecret(one.privateKey) });
  return {
    ...draft,
    password: keptSecret(draft.password),
    token: keptSecret(draft.token),
    clientSecret: keptSecret(draft.clientSecret),
    jwt: keptSecret(draft.jwt),
    refreshToken: keptSecret(draft.refreshToken),
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
  return {
    privateKey: stored.privateKey,
    keyId: stored.keyId ?? '',
    algorithm: stored.algorithm,
    issuer: stored.issuer ?? '',
    subject: stored.subject ?? '',
    audience: stored.audience ?? '',
    lifetime: durationText(stored.lifetimeMs),
    claims: Object.keys(stored.claims).length === 0 ? '' : JSON.stringify(stored.claims, null, 2),
  };
}

function assertionOf(draft: AssertionDraft): NonNullable<Oauth2['clientAssertion']> {
  return {
    privateKey: written(draft.privateKey),
    keyId: textOrNull(draft.keyId),
    algorithm: draft.algorithm,
    issuer: textOrNull(draft.issuer),
    subject: textOrNull(draft.subject),
    audience: textOrNull(draft.audience),
    lifetimeMs: durationOf(draft.lifetime) ?? 0,
    claims: readClaims(draft.claims) ?? {},
  };
}

/** A connection that was stored before there were these fields has the standard's names. */
function fieldsDraftOf(fields: TokenFields = standardTokenFields) {
  return {
    tokenAt: fields.accessToken,
    expiresAt: fields.expiresIn ?? '',
    typeAt: fields.tokenType ?? '',
    refreshTokenAt: fields.refreshToken ?? '',
  };
}

const textOrNull = (text: string) => (text.trim() === '' ? null : text.trim());

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
