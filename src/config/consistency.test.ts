import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkConsistency, oidcRoles } from './consistency.ts';
import { loadConfig } from './load.ts';

const mail = { MILLRACE_SMTP_HOST: 'mail.example.com', MILLRACE_SMTP_FROM: 'millrace@example.com' };
const sso = {
  MILLRACE_OIDC_ISSUER: 'https://login.example.com/realms/main/',
  MILLRACE_OIDC_CLIENT_ID: 'millrace',
  MILLRACE_OIDC_ROLES: 'it=Administrator',
};

function check(env: Record<string, string>): void {
  const config = loadConfig({ flags: {}, env, now: 0 });
  checkConsistency(config, (url) => url.includes('allowed'));
}

test('settings that lack others are refused with the name of what is missing', () => {
  const cases: [env: Record<string, string>, problem: RegExp][] = [
    [{ MILLRACE_SMTP_HOST: 'mail.example.com' }, /MILLRACE_SMTP_FROM/],
    [{ ...mail, MILLRACE_SMTP_FROM: 'millrace' }, /MILLRACE_SMTP_FROM/],
    [{ ...mail, MILLRACE_HOST: '0.0.0.0' }, /MILLRACE_PUBLIC_URL/],
    [{ MILLRACE_OIDC_ISSUER: sso.MILLRACE_OIDC_ISSUER }, /MILLRACE_OIDC_CLIENT_ID/],
    [{ ...sso, MILLRACE_OIDC_ROLES: ' , ' }, /MILLRACE_OIDC_ROLES/],
    [{ ...sso, MILLRACE_OIDC_ROLES: 'it' }, /MILLRACE_OIDC_ROLES/],
    [{ ...sso, MILLRACE_OIDC_ROLES: '{"it":1}' }, /MILLRACE_OIDC_ROLES/],
    [{ ...sso, MILLRACE_OIDC_ROLES: '{it' }, /MILLRACE_OIDC_ROLES/],
    [{ ...sso, MILLRACE_OIDC_SCOPE: 'profile email' }, /MILLRACE_OIDC_SCOPE/],
    [{ ...sso, MILLRACE_HOST: '0.0.0.0' }, /MILLRACE_PUBLIC_URL/],
    [{ ...sso, MILLRACE_OIDC_ISSUER: 'http://login.example.com' }, /https/],
  ];
  for (const [env, problem] of cases) assert.throws(() => check(env), problem, JSON.stringify(env));
  const publicUrl = { MILLRACE_HOST: '0.0.0.0', MILLRACE_PUBLIC_URL: 'https://millrace.example.com' };
  for (const env of [{}, mail, sso, { ...mail, ...sso, ...publicUrl }]) check(env);
  check({ ...sso, MILLRACE_OIDC_ISSUER: 'http://allowed.example.com' });
});

test('roles are assigned to groups by a list or by JSON, and the issuer keeps its slash', () => {
  const rolesOf = (text: string) => Object.fromEntries(oidcRoles({ oidcRoles: text }));
  assert.deepEqual(rolesOf('it=Administrator, a=b = Marketer,'), { it: 'Administrator', 'a=b': 'Marketer' });
  assert.deepEqual(rolesOf('{"CN=it,OU=x": "Administrator"}'), { 'CN=it,OU=x': 'Administrator' });
  assert.equal(loadConfig({ flags: {}, env: sso, now: 0 }).oidcIssuer, sso.MILLRACE_OIDC_ISSUER);
});
