import type { CallInput } from '../../../../client/client.ts';
import { connectionFacts as facts } from '../../../data/schema-facts.ts';
import { parts, formFields as words } from '../../../messages/en.ts';
import {
  asked,
  bodyBy,
  choice,
  type DraftOf,
  draftBy,
  duration,
  initially,
  json,
  keptSecret,
  named,
  needed,
  number,
  secret,
  sentWith,
  text,
  url,
  when,
  within,
} from '../../../parts/form/form-fields.ts';
import { type Row, rows } from '../../../parts/form/rows.ts';
import type { SecretValue } from '../../../parts/form/secret-field.tsx';
import type { Connection } from '../connection.ts';

type Auth = Connection['auth'];
type Written = NonNullable<CallInput<'replaceConnection'>['body']['auth']>;
type Oauth2 = Extract<Auth, { type: 'oauth2' }>;

/** A parameter or header of token requests. */
export type PairDraft = Row & { name: string; value: SecretValue };

/** A token that is signed for each use: the key, and its claims. */
export const assertionFields = {
  privateKey: needed(secret('privateKey')),
  algorithm: choice<NonNullable<Oauth2['clientAssertion']>['algorithm']>('algorithm'),
  keyId: text('keyId'),
  issuer: text('issuer'),
  subject: text('subject'),
  audience: text('audience'),
  lifetime: duration('lifetimeMs'),
  claims: json('claims'),
};

/** Paths in token responses. One that is empty is not read. */
export const tokenFields = within('auth.tokenFields', {
  tokenAt: text('accessToken'),
  expiresAt: text('expiresIn'),
  typeAt: text('tokenType'),
  refreshTokenAt: text('refreshToken'),
});

/** A response that means that the token has expired, by its row in `auth.refreshOn`. */
export const signalFields = {
  status: number('status'),
  headerName: text('header.name', true),
  ...sentWith('headerName', { headerContains: text('header.contains') }),
  bodyContains: text('bodyContains', true),
};

/** The choices that decide which fields there are. */
type Choices = {
  authType: Auth['type'];
  grant: Oauth2['grant'];
  /** A token that was pasted, or a new one signed with a key for each use. */
  jwtSource: 'pasted' | 'signed';
  clientAuth: Oauth2['clientAuth'];
};

const isOauth2 = ({ authType }: Choices) => authType === 'oauth2';
const asksForPassword = (draft: Choices) => isOauth2(draft) && draft.grant === 'password';
const isJwt = (source: Choices['jwtSource']) => (draft: Choices) =>
  isOauth2(draft) && draft.grant === 'jwt' && draft.jwtSource === source;

/** Every field of the authentication that is not in a row. */
export const authenticationFields = {
  authType: choice<Auth['type']>('auth.type'),
  ...when(isOauth2, {
    grant: initially('client_credentials', choice<Oauth2['grant']>('auth.grant')),
    clientId: text('auth.clientId'),
    clientSecret: secret('auth.clientSecret'),
    accessTokenUrl: url('auth.accessTokenUrl'),
    scope: text('auth.scope'),
    clientAuth: choice<Oauth2['clientAuth']>('auth.clientAuth'),
    ...tokenFields,
  }),
  ...when((draft: Choices) => draft.authType === 'basic' || asksForPassword(draft), {
    username: text('auth.username'),
    password: secret('auth.password'),
  }),
  ...when(({ authType }: Choices) => authType === 'bearer', { token: secret('auth.token') }),
  ...when((draft: Choices) => isOauth2(draft) && draft.grant === 'jwt', {
    jwtSource: asked<Choices['jwtSource']>('pasted'),
  }),
  ...when(isJwt('pasted'), { jwt: secret('auth.jwt') }),
  ...when(isJwt('signed'), named('jwtAssertion', within('auth.assertion', assertionFields))),
  ...when((draft: Choices) => isOauth2(draft) && draft.grant === 'refresh_token', {
    refreshToken: secret('auth.refreshToken'),
  }),
  ...when(
    (draft: Choices) => isOauth2(draft) && draft.clientAuth === 'private_key_jwt',
    named('clientAssertion', within('auth.clientAssertion', assertionFields)),
  ),
};

export type AuthenticationDraft = DraftOf<typeof authenticationFields> & {
  extraParams: PairDraft[];
  extraHeaders: PairDraft[];
  refreshOn: (Row & DraftOf<typeof signalFields>)[];
};

/** The fields for a draft: OAuth needs the user name, which may be empty in Basic authentication. */
export const fieldsFor = (draft: AuthenticationDraft): typeof authenticationFields =>
  asksForPassword(draft)
    ? { ...authenticationFields, username: needed(authenticationFields.username) }
    : authenticationFields;

/** The form's values of a stored authentication; null: of a new connection. */
export function authenticationOf(auth: Auth | null): AuthenticationDraft {
  const standard = facts['auth.refreshOn']?.default as Oauth2['refreshOn']; // the default of this path
  const { extraParams, extraHeaders, refreshOn } =
    auth?.type === 'oauth2' ? auth : { extraParams: {}, extraHeaders: {}, refreshOn: standard };
  return {
    ...draftBy(authenticationFields, facts, auth && { auth }),
    authType: auth?.type ?? 'none',
    jwtSource: auth?.type === 'oauth2' && auth.grant === 'jwt' && auth.assertion !== null ? 'signed' : 'pasted',
    extraParams: pairsOf(extraParams),
    extraHeaders: pairsOf(extraHeaders),
    refreshOn: rows(refreshOn.map((one) => draftBy(signalFields, {}, one))),
  };
}

/** The authentication of a draft, as a write takes it. */
export function authOf(draft: AuthenticationDraft, stored: Auth | null): Written {
  const { auth } = bodyBy(authenticationFields, facts, draft) as { auth: object }; // where each of their paths begins
  if (draft.authType === 'basic') Object.assign(auth, basicPasswordOf(draft, stored));
  if (draft.authType !== 'oauth2') return auth as Written; // each value by its path
  return {
    ...(draft.grant === 'jwt' ? { jwt: null, assertion: null } : {}),
    // An assertion that is not used stays unchanged.
    clientAssertion: stored?.type === 'oauth2' ? stored.clientAssertion : null,
    ...auth,
    extraParams: recordOf(draft.extraParams),
    extraHeaders: recordOf(draft.extraHeaders),
    refreshOn: draft.refreshOn.map((signal) => bodyBy(signalFields, {}, signal)),
  } as Written; // each value by its path
}

/** Problems of the pairs at a path of the body. */
export function pairProblems(pairs: readonly PairDraft[], path: string): Record<string, string> {
  const names = pairs.map(({ name }) => name.trim());
  const found = names.flatMap((name, at) => {
    if (name === '') return [[`${path}.`, words.neededOf(parts.name)]];
    return names.indexOf(name) < at ? [[`${path}.${name}`, words.twice]] : [];
  });
  return Object.fromEntries(found);
}

/** The pairs that a browser may keep: without the secrets that were typed. */
export const keptPairs = (pairs: readonly PairDraft[]): PairDraft[] =>
  pairs.map((one) => (isPublic(one.name) ? one : { ...one, value: keptSecret(one.value) }));

/** Parameters of token requests that everyone with View can read (contract: publicTokenFields). */
export const isPublic = (name: string) => ['audience', 'resource', 'scope'].includes(name.trim().toLowerCase());

/** Some systems take a key as user name and no password: an empty field is an empty password. */
function basicPasswordOf({ password }: AuthenticationDraft, stored: Auth | null): object {
  return password === '' || (password === null && stored?.type !== 'basic') ? { password: '' } : {};
}

const pairsOf = (record: Readonly<Record<string, SecretValue>>): PairDraft[] =>
  rows(Object.entries(record).map(([name, value]) => ({ name, value })));

/** An empty value that everyone can read is a text; for a secret, null keeps the stored one. */
const recordOf = (pairs: readonly PairDraft[]) =>
  Object.fromEntries(pairs.map(({ name, value }) => [name.trim(), isPublic(name) ? (value ?? '') : value]));
