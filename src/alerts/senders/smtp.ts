import { isIP } from 'node:net';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { reveal } from '../../connections/secret-fields.ts';
import type { AlertBody } from '../../contract/documents/alert.ts';
import type { Egress, EgressConnection } from '../../egress/egress.ts';
import type { SenderHttp, Sent } from './sender.ts';

type Open = Extract<EgressConnection, { kind: 'open' }>;
type Mail = Omit<Extract<AlertBody, { type: 'email' }>['settings'], 'to'> & { to: readonly string[] };

/**
 * `connectMs`: time limit for the connection, and again for the greeting and TLS. `totalMs`: time limit of the whole
 * exchange.
 */
type SmtpLimits = { connectMs: number; totalMs: number };
const usual: SmtpLimits = { connectMs: 10_000, totalMs: 30_000 };

/**
 * Sends one e-mail over a socket that the egress guard opened. With `starttls` and `tls`, encryption is required: a
 * server that does not offer it, or has a certificate for another name, gets neither credentials nor message.
 */
export async function sendBySmtp(
  { settings, bytes, name }: { settings: Mail; bytes: Buffer; name: string },
  { egress, scrub }: Pick<SenderHttp, 'scrub'> & { egress: Pick<Egress, 'connect'> },
  limits: SmtpLimits = usual,
): Promise<Sent> {
  const { host, ca } = settings;
  // Loaded before there is a socket to close, in case it fails.
  const { default: Connection } = await import('nodemailer/lib/smtp-connection');
  const startedAt = performance.now();
  const opened = await egress.connect({
    host,
    port: mailPort(settings),
    timeoutMs: limits.connectMs,
    ...(ca === null ? {} : { tls: { ca } }),
  });
  if (opened.kind === 'error') return { ok: false, detail: scrub(opened.error.message), isFinal: false };
  const connection = new Connection(optionsOf(settings, opened, name, limits));
  try {
    const leftMs = Math.max(1, limits.totalMs - (performance.now() - startedAt));
    const { accepted, rejected } = await within(leftMs, connection, () => talk(connection, settings, bytes));
    connection.quit();
    const refused = rejected.length === 0 ? '' : `; refused: ${rejected.join(', ')}`;
    return { ok: true, detail: `Accepted for ${accepted.join(', ')}${refused}.` };
  } catch (error) {
    return { ok: false, ...failureOf(error, scrub) };
  } finally {
    // The last bytes of the peer are read for at most one second.
    setTimeout(() => opened.socket.destroy(), 1_000).unref();
  }
}

function optionsOf(
  settings: Mail,
  { socket, secureContext }: Open,
  name: string,
  { connectMs, totalMs }: SmtpLimits,
): SMTPConnection.Options {
  const host = settings.host.replace(/\.$/, '').toLowerCase();
  return {
    connection: socket,
    host,
    port: mailPort(settings),
    secure: settings.security === 'tls',
    requireTLS: settings.security === 'starttls',
    ignoreTLS: settings.security === 'none',
    tls: {
      secureContext,
      host,
      // An IP address is not sent as server name (RFC 6066 §3).
      ...(isIP(host) === 0 ? { servername: host } : {}),
      rejectUnauthorized: true,
    },
    name,
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: totalMs,
    socketCloseTimeout: 0,
    maxResponseSize: 65_536,
    logger: false,
  };
}

/**
 * The port of a mail server: the configured one, else 587 for submission (RFC 6409) or 465 for implicit TLS (RFC
 * 8314).
 */
export function mailPort({ port, security }: Pick<Mail, 'port' | 'security'>): number {
  return port ?? (security === 'tls' ? 465 : 587);
}

type Taken = { accepted: string[]; rejected: string[] };

/** Sends the greeting, signs in if there are credentials, and sends the message. */
async function talk(connection: SMTPConnection, settings: Mail, bytes: Buffer): Promise<Taken> {
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error === undefined ? resolve() : reject(error)));
  });
  const { username, from, to } = settings;
  const pass = reveal(settings.password);
  if (username !== null && username !== '')
    await new Promise<void>((resolve, reject) => {
      connection.login({ user: username, pass }, (error) => (error === null ? resolve() : reject(error)));
    });
  return new Promise((resolve, reject) => {
    connection.send({ from, to: [...to], size: bytes.length }, bytes, (error, info) =>
      error === null ? resolve(info) : reject(error),
    );
  });
}

/** One deadline for the whole exchange. A connection that fails while no command is pending ends it too. */
function within<T>(ms: number, connection: SMTPConnection, work: () => Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => {
    reject(new Error(`the mail server did not finish in time`));
    connection.close();
  }, ms);
  connection.on('error', reject);
  connection.once('end', () => reject(new Error('the mail server closed the connection')));
  work().then(resolve, reject);
  return promise.finally(() => clearTimeout(timer));
}

const words: Record<string, string> = {
  EAUTH: 'The mail server did not accept the user name and password',
  ETLS: 'The mail server and this server did not agree on TLS',
  ETIMEDOUT: 'The mail server did not answer in time',
  ECONNECTION: 'The mail server closed the connection',
  EENVELOPE: 'The mail server refused the sender or every recipient',
  EMESSAGE: 'The mail server refused the message',
};

/** Our description, followed by the server's own words. */
function failureOf(error: unknown, scrub: (text: string) => string): { detail: string; isFinal: boolean } {
  const { code = '', originalCode, response, permanent, message } = Object(error) as FailedSmtp; // an unknown error; these fields are optional
  const cause = originalCode ?? '';
  const said = /CERT|SELF_SIGNED|UNABLE_TO_/.test(cause)
    ? `The certificate of the mail server is not trusted (${cause})`
    : /^(ERR_SSL_|EPROTO)/.test(cause)
      ? 'The mail server does not speak TLS 1.2 or later on this port; check port and security'
      : (words[code] ??
        (code === 'ESOCKET' ? `The connection to the mail server failed (${cause})` : `Sending failed: ${message}`));
  const reply =
    typeof response === 'string'
      ? `: ${response
          .replaceAll(/[\p{Cc}\s]+/gu, ' ')
          .slice(0, 200)
          .toWellFormed()}`
      : '';
  return { detail: scrub(`${said}${reply}`.replace(/\.?$/, '.')), isFinal: code === 'EMESSAGE' && permanent === true };
}

type FailedSmtp = {
  code?: string;
  originalCode?: string;
  response?: unknown;
  permanent?: boolean;
  message?: string;
};
