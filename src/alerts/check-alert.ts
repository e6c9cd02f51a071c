import { isCertificates, NO_CERTIFICATES } from '../connections/check-connection.ts';
import { tokenUrlProblem } from '../connections/oauth/token-url.ts';
import { revealIfThere } from '../connections/secret-fields.ts';
import { standardKey } from '../connections/signing.ts';
import type { AlertBody } from '../contract/documents/alert.ts';
import type { FieldError } from '../contract/errors.ts';
import type { Egress } from '../egress/egress.ts';
import { mailPort } from './senders/smtp.ts';

/** The operator's allow-list: whether a host may be reached without TLS. */
export type AllowList = {
  isHttpAllowed(url: string): boolean;
  isMailAllowed(host: string, port: number): boolean;
};

/**
 * Checks that the schema of an alert can't make: blocked addresses, unreadable keys and certificates, and credentials
 * that would be sent without encryption. Resolves no names. Details contain no secret.
 */
export function checkAlert(
  { type, settings }: Pick<AlertBody, 'type' | 'settings'>,
  { egress, ...open }: AllowList & { egress: Pick<Egress, 'check' | 'checkHost'> },
): FieldError[] {
  const one = { type, settings } as AlertBody; // `type` and `settings` come from the same alert
  if (one.type === 'webhook') {
    const checked = egress.check(one.settings.url);
    const keys = (['secret', 'previousSecret'] as const).filter((name) => {
      const text = revealIfThere(one.settings[name]);
      return text !== '' && standardKey(text) === null;
    });
    return [
      ...(checked.ok ? [] : [blocked('/settings/url', checked.reason)]),
      ...keys.map((name) => ({
        pointer: `/settings/${name}`,
        detail: 'Must be base64, with or without whsec_ before it (Standard Webhooks).',
      })),
    ];
  }
  if (one.type === 'slack') {
    const url = revealIfThere(one.settings.hookUrl);
    if (url === '') return [];
    const problem = tokenUrlProblem(url, open.isHttpAllowed);
    if (problem !== null) return [{ pointer: '/settings/hookUrl', detail: problem }];
    return egress.check(url).ok ? [] : [blocked('/settings/hookUrl', 'the address is blocked')];
  }
  const { host, security, ca } = one.settings;
  const port = mailPort(one.settings);
  const checked = egress.checkHost(host, port);
  const errors: FieldError[] = [];
  if (!checked.ok)
    errors.push(blocked(/^(port|a port) /.test(checked.reason) ? '/settings/port' : '/settings/host', checked.reason));
  else if (security === 'none' && !open.isMailAllowed(host, port)) {
    const detail =
      'E-mail without encryption is sent only to hosts that the operator allows with MILLRACE_EGRESS_ALLOW.';
    errors.push({ pointer: '/settings/security', detail });
  }
  if (ca !== null && !isCertificates(ca)) errors.push({ pointer: '/settings/ca', detail: NO_CERTIFICATES });
  if (/[\p{Cc}]/u.test(revealIfThere(one.settings.password)))
    errors.push({ pointer: '/settings/password', detail: 'Must not contain control characters.' });
  return errors;
}

/**
 * Stored secrets that a draft would send to another server than the one they were entered for, or over a less
 * protected connection. They must be entered again: otherwise a person who may edit an alert, but not read its
 * secrets, could have them sent to a server of their own.
 */
export function movedSecrets(before: AlertBody, after: AlertBody, kept: readonly string[]): FieldError[] {
  if (before.type !== 'email' || after.type !== 'email' || !kept.includes('/settings/password')) return [];
  const isSame =
    before.settings.host.toLowerCase() === after.settings.host.toLowerCase() &&
    mailPort(before.settings) === mailPort(after.settings) &&
    (before.settings.security === after.settings.security || after.settings.security !== 'none') &&
    before.settings.ca === after.settings.ca;
  const detail = 'The mail server changed. Send this secret again with it.';
  return isSame ? [] : [{ pointer: '/settings/password', detail }];
}

function blocked(pointer: string, detail: string): FieldError {
  return { pointer, detail, code: 'blocked_address' };
}
