import { isIP } from 'node:net';
import { ConfigError } from './load.ts';
import type { Config } from './settings.ts';

/**
 * Throws ConfigError with one sentence when settings lack others that they need. `isHttpAllowed`: whether the operator
 * lets the host of a URL be reached without TLS.
 */
export function checkConsistency(config: Config, isHttpAllowed: (url: string) => boolean): void {
  const { smtpHost, smtpFrom, oidcIssuer, oidcClientId, oidcScope } = config;
  if (smtpHost !== null) {
    if (!/^[^\s@]+@[^\s@]+$/.test(smtpFrom ?? ''))
      fail('MILLRACE_SMTP_HOST needs MILLRACE_SMTP_FROM: an e-mail address.');
    if (!isReachable(config)) fail('MILLRACE_SMTP_HOST needs MILLRACE_PUBLIC_URL: links in e-mails begin with it.');
  }
  if (oidcIssuer === null) return;
  if (oidcClientId === null) fail('MILLRACE_OIDC_ISSUER needs MILLRACE_OIDC_CLIENT_ID.');
  if (oidcRoles(config).size === 0)
    fail('MILLRACE_OIDC_ISSUER needs MILLRACE_OIDC_ROLES: without roles no one can sign in.');
  if (!oidcScope.split(/\s+/).includes('openid')) fail('MILLRACE_OIDC_SCOPE must contain openid.');
  if (!isReachable(config)) fail('MILLRACE_OIDC_ISSUER needs MILLRACE_PUBLIC_URL: the provider returns people to it.');
  if (oidcIssuer.startsWith('http:') && !isHttpAllowed(oidcIssuer))
    fail('MILLRACE_OIDC_ISSUER must be https, unless MILLRACE_EGRESS_ALLOW names its host.');
}

/** The names of roles by group. Throws ConfigError for a text of neither form. */
export function oidcRoles({ oidcRoles: text }: Pick<Config, 'oidcRoles'>): ReadonlyMap<string, string> {
  const pairs = text?.startsWith('{') === true ? parsedObject(text) : parsedList(text ?? '');
  return new Map(pairs ?? fail('MILLRACE_OIDC_ROLES must be a list of group=Role, or a JSON object of texts.'));
}

function parsedList(text: string): [group: string, role: string][] | null {
  const items = text.split(',').flatMap((item) => item.trim() || []);
  const pairs = items.map((item) => /^(.*\S)\s*=\s*([^=]+)$/.exec(item));
  return pairs.every((pair) => pair !== null) ? pairs.map(([, group = '', role = '']) => [group, role]) : null;
}

function parsedObject(text: string): [string, string][] | null {
  try {
    const pairs = Object.entries(Object(JSON.parse(text)));
    return pairs.every((pair): pair is [string, string] => typeof pair[1] === 'string') ? pairs : null;
  } catch {
    return null;
  }
}

/** Whether people can open links to this server: it has a public URL, or they use it on this machine. */
function isReachable({ publicUrl, host }: Config): boolean {
  return publicUrl !== null || isLoopback(host);
}

/** Whether an address to listen on is of this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function fail(sentence: string): never {
  throw new ConfigError(sentence);
}
