import type { AlertBody } from '../../contract/documents/alert.ts';

type Mail = Extract<AlertBody, { type: 'email' }>['settings'];

/**
 * The port of a mail server: the configured one, else 587 for submission (RFC 6409) or 465 for implicit TLS (RFC
 * 8314).
 */
export function mailPort({ port, security }: Pick<Mail, 'port' | 'security'>): number {
  return port ?? (security === 'tls' ? 465 : 587);
}
