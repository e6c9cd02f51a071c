import { isIP } from 'node:net';
import { ConfigError } from './load.ts';
import type { Config } from './settings.ts';

/** Throws ConfigError with one sentence when settings lack others that they need. */
export function checkConsistency(config: Config): void {
  if (config.smtpHost === null) return;
  if (!/^[^\s@]+@[^\s@]+$/.test(config.smtpFrom ?? ''))
    throw new ConfigError('MILLRACE_SMTP_HOST needs MILLRACE_SMTP_FROM: the e-mail address of the sender.');
  if (!isReachable(config))
    throw new ConfigError('MILLRACE_SMTP_HOST needs MILLRACE_PUBLIC_URL: links in e-mails begin with it.');
}

/** Whether people can open links to this server: it has a public URL, or they use it on this machine. */
function isReachable({ publicUrl, host }: Config): boolean {
  const isLoopback = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  return publicUrl !== null || isLoopback;
}
