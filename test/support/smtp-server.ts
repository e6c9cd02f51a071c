import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

/** An e-mail as received. */
export type Mail = {
  readonly from: string;
  readonly to: readonly string[];
  /** Head and body as sent, without the final dot and with doubled dots undone. */
  readonly text: string;
  /** `user password`, or null. */
  readonly auth: string | null;
  readonly isTls: boolean;
};

export type SmtpOptions = {
  tls?: { cert: string; key: string };
  /** TLS from the first byte, instead of STARTTLS. */
  implicit?: boolean;
  /** Left out: STARTTLS is offered when there is a certificate. */
  offersStartTls?: boolean;
  /**
   * Responses to lines that start with these texts (`MAIL`, `RCPT TO:<x@y>`, `DATA`, `.`, `AUTH`), instead of
   * success.
   */
  answers?: Record<string, string>;
  /** Refuses credentials and quotes them, as received and decoded. */
  quotesAuth?: boolean;
  /** Replaces SMTP on a new connection. */
  onConnection?: (socket: Socket) => void;
};

/**
 * A mail server for tests. Supports RFC 5321, 3207 and 4954 (PLAIN, LOGIN) as far as one well-behaved client needs
 * them.
 */
export interface SmtpServer extends AsyncDisposable {
  readonly port: number;
  readonly mails: readonly Mail[];
  /** Every line received, except those inside a message. */
  readonly lines: readonly string[];
  connections(): number;
}

export async function startSmtpServer(options: SmtpOptions = {}): Promise<SmtpServer> {
  const mails: Mail[] = [];
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((socket) => {
    count++;
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    if (options.onConnection !== undefined) return options.onConnection(socket);
    const first = options.implicit === true ? secured(socket, options) : socket;
    speak(first, { ...options, mails, lines }, options.implicit === true);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port, // a listening TCP server has one
    mails,
    lines,
    connections: () => count,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function secured(socket: Socket, { tls }: SmtpOptions): TLSSocket {
  const secure = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(tls ?? {}) });
  return secure.on('error', () => {});
}

function speak(socket: Socket, to: SmtpOptions & { mails: Mail[]; lines: string[] }, isTls: boolean): void {
  const { tls, answers = {}, offersStartTls = tls !== undefined } = to;
  let mail = { from: '', to: [] as string[] };
  let auth: string | null = null;
  let rest = '';
  let takes: ((line: string) => void) | null = null;
  const say = (...all: string[]) => void socket.write(all.map((line) => `${line}\r\n`).join(''));
  const decoded = (text: string) => Buffer.from(text, 'base64').toString();

  function signedIn(line: string, text: string) {
    auth = text;
    if (to.quotesAuth === true) return say(`535 5.7.8 ${line} is ${text}`);
    say(refusalOf(line) ?? '235 2.7.0 welcome');
  }
  function refusalOf(line: string): string | undefined {
    return Object.entries(answers).find(([start]) => line.startsWith(start))?.[1];
  }
  function onLine(line: string) {
    if (takes !== null) return takes(line);
    to.lines.push(line);
    const refusal = refusalOf(line);
    const [verb = ''] = line.toUpperCase().split(' ');
    if (verb === 'EHLO') {
      const more = isTls || !offersStartTls ? [] : ['250-STARTTLS'];
      return say('250-mail.test', ...more, '250-SIZE 1000000', '250-8BITMIME', '250 AUTH PLAIN LOGIN');
    }
    if (verb === 'STARTTLS' && refusal === undefined) {
      socket.removeAllListeners('data');
      say('220 go ahead');
      return speakAgain();
    }
    if (line.startsWith('AUTH PLAIN ')) return signedIn(line, decoded(line.slice(11)).split('\0').slice(1).join(' '));
    if (refusal !== undefined) return say(refusal);
    if (verb === 'MAIL') mail = { from: addressIn(line), to: [] };
    if (verb === 'RCPT') mail.to.push(addressIn(line));
    if (verb === 'DATA') {
      takes = dataTaker();
      return say('354 go on');
    }
    if (verb === 'QUIT') {
      say('221 bye');
      return void socket.end();
    }
    say('250 fine');
  }
  function dataTaker() {
    const text: string[] = [];
    return (line: string) => {
      if (line !== '.') return void text.push(line.replace(/^\.\./, '.'));
      takes = null;
      const refusal = refusalOf('.');
      if (refusal === undefined) to.mails.push({ ...mail, text: text.join('\r\n'), auth, isTls });
      say(refusal ?? '250 2.0.0 queued as 42');
    };
  }
  function speakAgain() {
    speak(secured(socket, to), { ...to, onConnection: () => {} }, true);
  }

  socket.on('data', (chunk) => {
    rest += chunk.toString('latin1');
    for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      onLine(line);
    }
  });
  // After STARTTLS the client speaks first.
  if (!isTls || to.implicit === true) say('220 mail.test ready');
}

/** The first link in the text of an e-mail (quoted-printable); '' when there is none. */
export function linkIn(mail: Mail | undefined): string {
  const text = (mail?.text ?? '').replaceAll('=\r\n', '').replaceAll('=3D', '=');
  return /https?:\S+/.exec(text)?.[0] ?? '';
}

function addressIn(line: string): string {
  return /<([^>]*)>/.exec(line)?.[1] ?? '';
}
