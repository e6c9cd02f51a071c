import type { AlertBody } from '../../contract/documents/alert.ts';

type Mail = Extract<AlertBody, { type: 'email' }>['settings'];

/** The port of a mail server: what is set, else submission (RFC 6409), over TLS from the start 465 (RFC 8314). */
export function mailPort({ port, security }: Pick<Mail, 'port' | 'security'>): number {
  return port ?? (security === 'tls' ? 465 : 587);
}
