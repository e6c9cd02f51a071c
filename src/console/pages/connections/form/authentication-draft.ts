import type { CallInput } from '../../../../client/client.ts';
import { connectionFacts as facts } from '../../../data/schema-facts.ts';
import { connectionForm as words } from '../../../messages/en/connection-form.ts';
import { formFields } from '../../../messages/en/form-fields.ts';
import { parts } from '../../../messages/en/parts.ts';
import {
  bodyBy,
  choice,
  type DraftOf,
  draftBy,
  duration,
  type FormFields,
  json,
  keptBy,
  keptSecret,
  needed,
  number,
  problemsBy,
  secret,
  text,
  url,
  within,
} from '../../../parts/form/form-fields.ts';
import { type Row, rows } from '../../../parts/form/rows.ts';
import type { SecretValue } from '../../../parts/form/secret-field.tsx';
import type { Connection } from '../connection.ts';

type AuthType = Connection['auth']['type'];
type Auth = NonNullable<CallInput<'replaceConnection'>['body']['auth']>;
type StoredOauth2 = Extract<Connection['auth'], { type: 'oauth2' }>;
type Grant = StoredOauth2['grant'];
type StoredAssertion = NonNullable<StoredOauth2['clientAssertion']>;

/** A parameter or header of token requests. */
export type PairDraft = Row & { name: string; value: SecretValue };

const assertionFields = {
  privateKey: needed(secret('privateKey')),
  algorithm: choice<StoredAssertion['algorithm']>('algorithm'),
  keyId: text('keyId'),
  issuer: text('issuer'),
  subject: text('subject'),
  audience: text('audience'),
  lifetime: duration('lifetimeMs'),
  claims: json('claims'),
};

/** A token that is signed for each use: the key, and its claims. */
export type AssertionDraft = DraftOf<typeof assertionFields>;

/** The two assertions of OAuth: one authenticates the client, the other is the grant. */
export const assertions = {
  clientAssertion: within('auth.clientAssertion', assertionFields),
  jwtAssertion: within('auth.assertion', assertionFields),
};

/** What is chosen among the fields. */
export const choiceFields = {
  authType: choice<AuthType>('auth.type'),
  grant: choice<Grant>('auth.grant'),
  /** A token that was pasted, or a new one signed with a key for each use. */
  jwtSource: choice<'pasted' | 'signed'>('auth.jwt'),
};

/** Paths in token responses. One that is empty is not read. */
export const tokenFields = {
  tokenAt: text('auth.tokenFields.accessToken'),
  expiresAt: text('auth.tokenFields.expiresIn'),
  typeAt: text('auth.tokenFields.tokenType'),
  refreshTokenAt: text('auth.tokenFields.refreshToken'),
};

/** The fields of every OAuth grant. */
const sharedFields = {
  clientId: text('auth.clientId'),
  clientSecret: secret('auth.clientSecret'),
  accessTokenUrl: url('auth.accessTokenUrl'),
  scope: text('auth.scope'),
  clientAuth: choice<StoredOauth2['clientAuth']>('auth.clientAuth'),
  ...tokenFields,
};

const username = text('auth.username');
const password = secret('auth.password');
const ownFields = {
  username,
  password,
  token: secret('auth.token'),
  jwt: secret('auth.jwt'),
  refreshToken: secret('auth.refreshToken'),
};

/** Every field that has a descriptor, beside those of rows and assertions. */
export const authenticationFields = { ...sharedFields, ...ownFields };

/** The fields of single kinds of authentication and single grants. */
const fieldsOfType = {
  none: {},
  basic: { username, password },
  bearer: { token: ownFields.token },
  oauth2: sharedFields,
};
const fieldsOfGrant = {
  client_credentials: {},
  password: { username: needed(username), password },
  jwt: { jwt: ownFields.jwt },
  refresh_token: { refreshToken: ownFields.refreshToken },
};

/** A response that means that the token has expired, by its row in `auth.refreshOn`. */
export const signalFields = {
  status: number('status'),
  headerName: text('header.name', true),
  headerContains: text('header.contains', true),
  bodyContains: text('bodyContains', true),
};
export type SignalDraft = Row & DraftOf<typeof signalFields>;

export type AuthenticationDraft = DraftOf<typeof authenticationFields & typeof choiceFields> & {
  jwtAssertion: AssertionDraft;
  clientAssertion: AssertionDraft;
  extraParams: PairDraft[];
  extraHeaders: PairDraft[];
  refreshOn: SignalDraft[];
};

export const emptyAuthentication: AuthenticationDraft = {
  ...draftBy(authenticationFields, facts, null),
  authType: 'none',
  grant: 'client_credentials',
  jwtSource: 'pasted',
  jwtAssertion: draftBy(assertions.jwtAssertion, facts, null),
  clientAssertion: draftBy(assertions.clientAssertion, facts, null),
  extraParams: [],
  extraHeaders: [],
  refreshOn: signalsOf(facts['auth.refreshOn']?.default as StoredOauth2['refreshOn']), // the default of this path
};

export function authenticationOf(auth: Connection['auth']): AuthenticationDraft {
  const stored = { ...emptyAuthentication, ...draftBy(ownFields, facts, { auth }), authType: auth.type };
  if (auth.type !== 'oauth2') return stored;
  const assertion = auth.grant === 'jwt' ? auth.assertion : null;
  return {
    ...stored,
    ...draftBy(sharedFields, facts, { auth }),
    // A connection that was stored before these fields existed has the names of the standard.
    ...draftBy(tokenFields, facts, auth.tokenFields === undefined ? null : { auth }),
    grant: auth.grant,
    clientAssertion: draftBy(assertions.clientAssertion, facts, auth.clientAssertion && { auth }),
    jwtAssertion: draftBy(assertions.jwtAssertion, facts, assertion && { auth }),
    jwtSource: assertion === null ? 'pasted' : 'signed',
    extraParams: pairsOf(auth.extraParams),
    extraHeaders: pairsOf(auth.extraHeaders),
    refreshOn: signalsOf(auth.refreshOn),
  };
}

/** The fields of the chosen authentication. */
export function fieldsIn({ authType, grant, jwtSource }: AuthenticationDraft): Partial<typeof authenticationFields> {
  if (authType !== 'oauth2') return fieldsOfType[authType];
  return { ...sharedFields, ...(grant === 'jwt' && jwtSource === 'signed' ? {} : fieldsOfGrant[grant]) };
}

/** The assertions that the chosen authentication signs. */
function signedIn({ grant, jwtSource, clientAuth }: AuthenticationDraft): (keyof typeof assertions)[] {
  return [
    ...(clientAuth === 'private_key_jwt' ? (['clientAssertion'] as const) : []),
    ...(grant === 'jwt' && jwtSource === 'signed' ? (['jwtAssertion'] as const) : []),
  ];
}

/** The authentication of a draft, as a write takes it. */
export function authOf(draft: AuthenticationDraft, stored: Connection['auth'] | null): Auth {
  const { authType: type, grant } = draft;
  const body = authBody(fieldsIn(draft), draft);
  if (type === 'basic') Object.assign(body, basicPasswordOf(draft, stored));
  if (type !== 'oauth2') return { ...body, type } as Auth; // each value by its path
  return {
    ...(grant === 'jwt' ? { jwt: null, assertion: null } : {}),
    // An assertion that is not used stays unchanged.
    clientAssertion: stored?.type === 'oauth2' ? stored.clientAssertion : null,
    ...body,
    ...Object.assign({}, ...signedIn(draft).map((name) => authBody(assertions[name], draft[name]))),
    type,
    grant,
    extraParams: recordOf(draft.extraParams),
    extraHeaders: recordOf(draft.extraHeaders),
    refreshOn: draft.refreshOn.map(({ status, headerName, headerContains, bodyContains }) => ({
      status: Number(status),
      ...(headerName.trim() === '' ? {} : { header: { name: headerName.trim(), contains: headerContains } }),
      ...(bodyContains.trim() === '' ? {} : { bodyContains: bodyContains.trim() }),
    })),
  } as Auth; // each value by its path
}

/** Problems of the chosen authentication, by path. */
export function authenticationProblems(draft: AuthenticationDraft): Record<string, string> {
  if (draft.authType !== 'oauth2') return {};
  return Object.assign(
    problemsBy(fieldsIn(draft), facts, draft, words.fields),
    ...signedIn(draft).map((name) => problemsBy(assertions[name], facts, draft[name], words.assertion)),
    pairProblems(draft.extraParams, 'auth.extraParams'),
    pairProblems(draft.extraHeaders, 'auth.extraHeaders'),
    ...draft.refreshOn.map((signal, at) => problemsBy(within(`auth.refreshOn.${at}`, signalFields), facts, signal)),
  );
}

/** The draft that a browser may keep: without the secrets that were typed. */
export function withoutSecretsOfAuthentication<T extends AuthenticationDraft>(draft: T): T {
  const pairs = (list: PairDraft[]) =>
    list.map((one) => (isPublic(one.name) ? one : { ...one, value: keptSecret(one.value) }));
  return {
    ...keptBy(authenticationFields, draft),
    jwtAssertion: keptBy(assertionFields, draft.jwtAssertion),
    clientAssertion: keptBy(assertionFields, draft.clientAssertion),
    extraParams: pairs(draft.extraParams),
    extraHeaders: pairs(draft.extraHeaders),
  };
}

/** Parameters of token requests that everyone with View can read (contract: publicTokenFields). */
export const isPublic = (name: string) => ['audience', 'resource', 'scope'].includes(name.trim().toLowerCase());

/** The values of the fields below `auth` of the body. */
function authBody<F extends FormFields>(fields: F, draft: DraftOf<F>): object {
  return (bodyBy(fields, facts, draft)['auth'] ?? {}) as object; // where each of their paths begins
}

/** Some systems take a key as user name and no password: an empty field is an empty password. */
function basicPasswordOf({ password }: AuthenticationDraft, stored: Connection['auth'] | null): object {
  return password === '' || (password === null && stored?.type !== 'basic') ? { password: '' } : {};
}

const pairsOf = (record: Readonly<Record<string, SecretValue>>): PairDraft[] =>
  rows(Object.entries(record).map(([name, value]) => ({ name, value })));

/** An empty value that everyone can read is a text; for a secret, null keeps the stored one. */
const recordOf = (pairs: readonly PairDraft[]) =>
  Object.fromEntries(pairs.map(({ name, value }) => [name.trim(), isPublic(name) ? (value ?? '') : value]));

function pairProblems(pairs: readonly PairDraft[], path: string): Record<string, string> {
  const names = pairs.map(({ name }) => name.trim());
  const found = names.flatMap((name, at) => {
    if (name === '') return [[`${path}.`, formFields.neededOf(parts.name)]];
    return names.indexOf(name) < at ? [[`${path}.${name}`, formFields.twice]] : [];
  });
  return Object.fromEntries(found);
}

function signalsOf(signals: StoredOauth2['refreshOn']): SignalDraft[] {
  return rows(
    signals.map(({ status, header, bodyContains }) => ({
      status: String(status),
      headerName: header?.name ?? '',
      headerContains: header?.contains ?? '',
      bodyContains: bodyContains ?? '',
    })),
  );
}
