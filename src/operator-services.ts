import { isIPv6 } from 'node:net';
import { resetMail } from './alerts/senders/reset-mail.ts';
import { oidcRoles } from './config/consistency.ts';
import { givenSettings } from './config/load.ts';
import type { Config } from './config/settings.ts';
import type { Egress } from './egress/egress.ts';
import { type AllowRule, parseAllowRules } from './egress/guard/allow-list.ts';
import type { OpenIdOptions } from './identity/identity.ts';
import type { SendReset } from './identity/password/password-resets.ts';
import type { OperatorRetention } from './pipeline/snapshot/effective-settings.ts';

// What the operator's settings say about services and retention, in the form in which the parts of the program take it.

/** The hosts of the operator's own services, which requests to these services may reach. */
export function operatorHosts({ smtpHost, oidcIssuer }: Config): AllowRule[] {
  const mail = smtpHost !== null && isIPv6(smtpHost) ? `[${smtpHost}]` : smtpHost;
  const hosts = [mail, oidcIssuer === null ? null : new URL(oidcIssuer).hostname];
  const rules = parseAllowRules(hosts.filter((host) => host !== null).join(','));
  return rules.ok ? rules.rules : [];
}

/** Sends links to reset passwords by the operator's mail server; null: there is none. */
export function resetSender(config: Config, parts: Omit<Parameters<typeof resetMail>[0], 'server'>): SendReset | null {
  const { smtpHost: host, smtpPort: port, smtpSecurity: security, smtpUsername: username } = config;
  if (host === null) return null;
  const server = { host, port, security, username, password: config.smtpPassword, from: config.smtpFrom ?? '' };
  return resetMail({ ...parts, server });
}

/** The options of single sign-on; null: there is none. */
export function openIdOf(config: Config, egress: Egress, baseUrl: () => string | null): OpenIdOptions | null {
  const { oidcIssuer: issuer, oidcScope: scope, oidcRoleClaim: roleClaim } = config;
  if (issuer === null) return null;
  return {
    settings: {
      issuer,
      clientId: config.oidcClientId ?? '',
      clientSecret: config.oidcClientSecret?.reveal() ?? null,
      scope,
      roleClaim,
    },
    egress,
    redirectUri: () => `${baseUrl()?.replace(/\/+$/, '')}/sign-in/sso`,
    roles: oidcRoles(config),
    label: config.oidcButton,
  };
}

/** Values of the operator are fixed; the others are defaults that people can change. */
export function operatorRetention(config: Config): OperatorRetention {
  const given = givenSettings(config);
  const names = { days: 'retentionDays', bytes: 'retentionBytes', auditDays: 'auditDays' } as const;
  const values = { days: config.retentionDays, bytes: config.retentionBytes, auditDays: config.auditDays };
  const fixed = (['days', 'bytes', 'auditDays'] as const).filter((key) => given.has(names[key]));
  return { values: { ...values, bodiesMs: null }, fixed: new Set(fixed) };
}
