import type { CallInput } from '../../../../client/client.ts';
import { connectionFacts as facts } from '../../../data/schema-facts.ts';
import { parts, formFields as words } from '../../../messages/en.ts';
import * as f from '../../form/form-fields.ts';
import { type Row, rows } from '../../form/rows.ts';
import type { SecretValue } from '../../form/secret-field.tsx';
import type { Connection } from '../connection.ts';

type Auth = Connection['auth'];
type Written = NonNullable<CallInput<'replaceConnection'>['body']['auth']>;
type Oauth2 = Extract<Auth, { type: 'oauth2' }>;

/** A parameter or header of token requests. */
type PairDraft = Row & { name: string; value: SecretValue };

/** A token that is signed for each use: the key, and its claims. */
const assertionFields = {
  privateKey: f.needed(f.secret('privateKey')),
  algorithm: f.choice<NonNullable<Oauth2['clientAssertion']>['algorithm']>('algorithm'),
  keyId: f.text('keyId'),
  issuer: f.text('issuer'),
  subject: f.text('subject'),
  audience: f.text('audience'),
  lifetime: f.duration('lifetimeMs'),
  claims: f.json('claims'),
};

/** Paths in token responses. One that is empty is not read. */
export const tokenFields = f.within('auth.tokenFields', {
  tokenAt: f.text('accessToken'),
  expiresAt: f.text('expiresIn'),
  typeAt: f.text('tokenType'),
  refreshTokenAt: f.text('refreshToken'),
});

/** How token requests and the token are sent. An empty name of a parameter that may be left out leaves it out. */
const tokenSending = {
  tokenBody: f.choice<Oauth2['tokenBody']>('auth.tokenBody'),
  ...f.within('auth.tokenParams', {
    grantTypeName: f.text('grantType'),
    clientIdName: f.text('clientId'),
    usernameName: f.text('username'),
    passwordName: f.text('password'),
  }),
  tokenHeaderName: f.text('auth.tokenHeader.name', true),
  ...f.sentWith('tokenHeaderName', { tokenScheme: f.text('auth.tokenHeader.scheme') }),
};

/** A response that means that the token has expired, by its row in `auth.refreshOn`. */
export const signalFields = {
  status: f.number('status'),
  headerName: f.text('header.name', true),
  ...f.sentWith('headerName', { headerContains: f.text('header.contains') }),
  bodyContains: f.text('bodyContains', true),
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
  authType: f.choice<Auth['type']>('auth.type'),
  ...f.when(isOauth2, {
    grant: f.initially('client_credentials', f.choice<Oauth2['grant']>('auth.grant')),
    clientId: f.text('auth.clientId'),
    clientSecret: f.secret('auth.clientSecret'),
    accessTokenUrl: f.url('auth.accessTokenUrl'),
    scope: f.text('auth.scope'),
    clientAuth: f.choice<Oauth2['clientAuth']>('auth.clientAuth'),
    ...tokenSending,
    ...tokenFields,
  }),
  ...f.when((draft: Choices) => draft.authType === 'basic' || asksForPassword(draft), {
    username: f.text('auth.username'),
    password: f.secret('auth.password'),
  }),
  ...f.when(({ authType }: Choices) => authType === 'bearer', { token: f.secret('auth.token') }),
  ...f.when((draft: Choices) => isOauth2(draft) && draft.grant === 'jwt', {
    jwtSource: f.asked<Choices['jwtSource']>('pasted'),
  }),
  ...f.when(isJwt('pasted'), { jwt: f.secret('auth.jwt') }),
  ...f.when(isJwt('signed'), f.named('jwtAssertion', f.within('auth.assertion', assertionFields))),
  ...f.when((draft: Choices) => isOauth2(draft) && draft.grant === 'refresh_token', {
    refreshToken: f.secret('auth.refreshToken'),
  }),
  ...f.when(
    (draft: Choices) => isOauth2(draft) && draft.clientAuth === 'private_key_jwt',
    f.named('clientAssertion', f.within('auth.clientAssertion', assertionFields)),
  ),
};

export type AuthenticationDraft = f.DraftOf<typeof authenticationFields> & {
  extraParams: PairDraft[];
  extraHeaders: PairDraft[];
  refreshOn: (Row & f.DraftOf<typeof signalFields>)[];
};

/** The fields for a draft: OAuth needs the user name, which may be empty in Basic authentication. */
export const fieldsFor = (draft: AuthenticationDraft): typeof authenticationFields =>
  asksForPassword(draft)
    ? { ...authenticationFields, username: f.needed(authenticationFields.username) }
    : authenticationFields;

/** The form's values of a stored authentication; null: of a new connection. */
export function authenticationOf(auth: Auth | null): AuthenticationDraft {
  const standard = facts['auth.refreshOn']?.default as Oauth2['refreshOn']; // the default of this path
  const { extraParams, extraHeaders, refreshOn } =
    auth?.type === 'oauth2' ? auth : { extraParams: {}, extraHeaders: {}, refreshOn: standard };
  return {
    ...f.draftBy(authenticationFields, facts, auth && { auth }),
    authType: auth?.type ?? 'none',
    jwtSource: auth?.type === 'oauth2' && auth.grant === 'jwt' && auth.assertion !== null ? 'signed' : 'pasted',
    extraParams: pairsOf(extraParams),
    extraHeaders: pairsOf(extraHeaders),
    refreshOn: rows(refreshOn.map((one) => f.draftBy(signalFields, {}, one))),
  };
}

/** The authentication of a draft, as a write takes it. */
export function authOf(draft: AuthenticationDraft, stored: Auth | null): Written {
  const { auth } = f.bodyBy(authenticationFields, facts, draft) as { auth: object }; // where each of their paths begins
  if (draft.authType === 'basic') Object.assign(auth, basicPasswordOf(draft, stored));
  if (draft.authType !== 'oauth2') return auth as Written; // each value by its path
  return {
    ...(draft.grant === 'jwt' ? { jwt: null, assertion: null } : {}),
    tokenHeader: null,
    // An assertion that is not used stays unchanged.
    clientAssertion: stored?.type === 'oauth2' ? stored.clientAssertion : null,
    ...auth,
    extraParams: recordOf(draft.extraParams),
    extraHeaders: recordOf(draft.extraHeaders),
    refreshOn: draft.refreshOn.map((signal) => f.bodyBy(signalFields, {}, signal)),
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
  pairs.map((one) => (isPublic(one.name) ? one : { ...one, value: f.keptSecret(one.value) }));

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
