import type { CallInput } from '../../../client/client.ts';
import type { SecretValue } from '../../parts/secret-field.tsx';
import type { Connection } from './connection.ts';

export type AuthType = 'none' | 'basic' | 'bearer' | 'oauth2';
export type Grant = 'client_credentials' | 'password' | 'jwt';
type Body = CallInput<'replaceConnection'>['body'];
type Auth = NonNullable<Body['auth']>;
type Oauth2 = Extract<Auth, { type: 'oauth2' }>;

/**
 * A connection as its form holds it: the fields of all kinds of authentication side by side, so that choosing another
 * kind and back loses nothing. Numbers are texts, as people type them.
 */
export type ConnectionDraft = {
  name: string;
  description: string;
  baseUrl: string;
  port: string;
  authType: AuthType;
  grant: Grant;
  username: string;
  password: SecretValue;
  token: SecretValue;
  clientId: string;
  clientSecret: SecretValue;
  accessTokenUrl: string;
  scope: string;
  jwt: SecretValue;
  clientAuth: NonNullable<Oauth2['clientAuth']>;
  timeoutMs: string;
  connectTimeoutMs: string;
  idempotencyHeader: string;
  concurrency: string;
};

export const emptyDraft: ConnectionDraft = {
  name: '',
  description: '',
  baseUrl: '',
  port: '',
  authType: 'none',
  grant: 'client_credentials',
  username: '',
  password: null,
  token: null,
  clientId: '',
  clientSecret: null,
  accessTokenUrl: '',
  scope: '',
  jwt: null,
  clientAuth: 'auto',
  timeoutMs: '15000',
  connectTimeoutMs: '5000',
  idempotencyHeader: 'Idempotency-Key',
  concurrency: '',
};

export function draftOf({ name, description, baseUrl, port, auth, settings }: Connection): ConnectionDraft {
  return {
    ...emptyDraft,
    name,
    description,
    baseUrl,
    port: port === null ? '' : String(port),
    authType: auth.type,
    ...(auth.type === 'basic' ? { username: auth.username, password: auth.password } : {}),
    ...(auth.type === 'bearer' ? { token: auth.token } : {}),
    ...(auth.type === 'oauth2'
      ? {
          grant: auth.grant,
          clientId: auth.clientId,
          clientSecret: auth.clientSecret,
          accessTokenUrl: auth.accessTokenUrl,
          scope: auth.scope,
          clientAuth: auth.clientAuth,
          ...(auth.grant === 'password' ? { username: auth.username, password: auth.password } : {}),
          ...(auth.grant === 'jwt' ? { jwt: auth.jwt } : {}),
        }
      : {}),
    timeoutMs: String(settings.timeoutMs),
    connectTimeoutMs: String(settings.connectTimeoutMs),
    idempotencyHeader: settings.idempotencyHeader ?? '',
    concurrency: settings.rate.concurrency === null ? '' : String(settings.rate.concurrency),
  };
}

/** The body that saves a draft over what is stored (null: nothing yet); what the form does not show stays as it is. */
export function bodyOf(draft: ConnectionDraft, stored: Connection | null): Body {
  return {
    ...(stored === null ? {} : { type: stored.type, status: stored.status }),
    name: draft.name.trim(),
    description: draft.description,
    baseUrl: draft.baseUrl.trim(),
    port: draft.port.trim() === '' ? null : Number(draft.port),
    auth: authOf(draft, stored?.auth ?? null),
    settings: {
      ...(stored === null ? {} : stored.settings),
      timeoutMs: Number(draft.timeoutMs),
      connectTimeoutMs: Number(draft.connectTimeoutMs),
      idempotencyHeader: draft.idempotencyHeader.trim() === '' ? null : draft.idempotencyHeader.trim(),
      rate: {
        ...stored?.settings.rate,
        concurrency: draft.concurrency.trim() === '' ? null : Number(draft.concurrency),
      },
    } as Body['settings'], // GET's form of settings, with marks for secrets, is what a write takes
  };
}

function authOf(draft: ConnectionDraft, stored: Connection['auth'] | null): Auth {
  const secret = (value: SecretValue) => (value === '' ? null : value) as Extract<Auth, { type: 'bearer' }>['token']; // a text or a mark, branded only on the server
  switch (draft.authType) {
    case 'none':
      return { type: 'none' };
    case 'basic':
      return { type: 'basic', username: draft.username, password: secret(draft.password) };
    case 'bearer':
      return { type: 'bearer', token: secret(draft.token) };
    case 'oauth2': {
      const before = stored?.type === 'oauth2' ? stored : null;
      const shared = {
        type: 'oauth2' as const,
        clientId: draft.clientId.trim(),
        clientSecret: secret(draft.clientSecret),
        accessTokenUrl: draft.accessTokenUrl.trim(),
        scope: draft.scope.trim(),
        clientAuth: draft.clientAuth,
        ...(before === null
          ? {}
          : ({
              clientAssertion: before.clientAssertion,
              extraParams: before.extraParams,
              extraHeaders: before.extraHeaders,
              refreshOn: before.refreshOn,
            } as Partial<Oauth2>)), // GET's form, with marks for secrets, is what a write takes
      };
      if (draft.grant === 'password')
        return { ...shared, grant: 'password', username: draft.username, password: secret(draft.password) };
      if (draft.grant === 'jwt')
        return {
          ...shared,
          grant: 'jwt',
          jwt: secret(draft.jwt),
          ...(before?.grant === 'jwt' ? ({ assertion: before.assertion } as object) : {}),
        };
      return { ...shared, grant: 'client_credentials' };
    }
  }
}

/** Fields that the form itself can tell to be missing, by their names in the API. */
export function missingFields(draft: ConnectionDraft): string[] {
  const needed: [string, string][] = [
    ['name', draft.name],
    ['baseUrl', draft.baseUrl],
    ...(draft.authType === 'oauth2'
      ? ([
          ['auth.clientId', draft.clientId],
          ['auth.accessTokenUrl', draft.accessTokenUrl],
          ...(draft.grant === 'password' ? [['auth.username', draft.username] as [string, string]] : []),
        ] as [string, string][])
      : []),
  ];
  return needed.filter(([, value]) => value.trim() === '').map(([name]) => name);
}

/** What a typed Base URL amounts to, and what of it belongs into other fields. */
export function readBaseUrl(
  baseUrl: string,
  port: string,
): { goesTo: string | null; port: string | null; hasQuery: boolean } {
  const url = URL.parse(baseUrl.trim());
  if (url === null || !/^https?:$/.test(url.protocol)) return { goesTo: null, port: null, hasQuery: false };
  const named = url.port;
  const hasQuery = url.search !== '' || url.hash !== '';
  if (port.trim() !== '') url.port = port.trim();
  return { goesTo: `${url.origin}${url.pathname.replace(/\/+$/, '')}/`, port: named === '' ? null : named, hasQuery };
}

/** A Base URL without its port, or without query and fragment. */
export function baseUrlWithout(baseUrl: string, part: 'port' | 'query'): string {
  const url = URL.parse(baseUrl.trim());
  if (url === null) return baseUrl;
  if (part === 'port') url.port = '';
  else {
    url.search = '';
    url.hash = '';
  }
  return url.href.replace(/\/$/, '');
}
