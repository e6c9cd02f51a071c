import { request as nodeRequest } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex, duplexPair } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import { Client } from 'undici';
import { requestTo } from '../../egress.conformance.ts';
import type { EgressError, EgressOutcome } from '../../egress.ts';
import type { Target } from '../../guard/target-url.ts';
import { isFailure } from '../errors.ts';
import { Exchange, requestHead } from '../exchange.ts';
import { KeptConnections } from '../kept-connections.ts';
import { OriginPool } from '../origin-pool.ts';
import { secure, secureContextFor } from '../tls.ts';
import type { Answered } from './answers.testing.ts';
import { pem } from './peers.testing.ts';

/** What a client made of a response; null: an error. */
type Reading = {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
  readonly isComplete: boolean;
} | null;

interface Readings {
  readonly ours: Reading;
  readonly undici: Reading;
  readonly node: Reading;
  /** Whether ours gave the response of its own to the request that followed. */
  readonly isNextOwn: boolean;
}

/** A socket in memory that responds to the first request with the pieces, and to others with `next`. */
class Wire extends Duplex {
  #requests = 0;
  readonly #pieces: readonly Buffer[];

  constructor(pieces: readonly Buffer[]) {
    super({ autoDestroy: true });
    this.#pieces = pieces;
    this.on('error', () => {});
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    done();
    if (!chunk.includes('\r\n\r\n')) return;
    if (this.#requests++ > 0) this.push(NEXT);
    else void this.#answer();
  }

  async #answer(): Promise<void> {
    for (const piece of this.#pieces) {
      if (this.destroyed) return;
      this.push(Buffer.from(piece));
      await turn();
    }
    for (let i = 0; i < 4; i++) await turn();
    if (!this.destroyed && this.#requests === 1) this.push(null);
  }

  // node:http and undici call these of a socket.
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  setTimeout(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

const NEXT = 'HTTP/1.1 200 OK\r\nx-own: yes\r\ncontent-length: 4\r\n\r\nnext';
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Where our client differs from another on purpose, by the reason. (Where only one of the others sees an error, ours may
 * see it too.)
 */
const onPurpose: Record<string, (text: string, readings: Readings) => boolean> = {
  'An unasked 101 and a status below 100 are errors.': (text, { ours }) =>
    ours === null && /(?:^|\n)HTTP\/\d\.\d (?:101|0\d\d)[ \r]/.test(text),
  'Nothing may come before the status line; llhttp skips empty lines.': (text, { ours }) =>
    ours === null && /(?:^|\n\r\n)[\r\n]+HTTP\//.test(text),
  'The version is 1.0 or 1.1; llhttp also accepts 0.9 and 2.0, and other protocols.': (text, { ours }) =>
    ours === null && /(?:^|\n)(?:HTTP\/(?:0\.9|2\.0)|RTSP\/|ICE\/)/.test(text),
  'The reason phrase has no control characters.': (text, { ours }) =>
    ours === null && /(?:^|\n)HTTP\/1\.[01] \d{3}[^\r\n]*[^\P{Cc}\t\r\n]/u.test(text),
  'Transfer codings are tokens, and chunked is the last one only.': (text, { ours }) =>
    ours === null && /transfer-encoding:/i.test(text),
  'Chunk extensions have names; llhttp accepts an empty one before another.': (text, { ours }) =>
    ours?.isComplete === false && /\n[0-9a-f]+;[^\r\n]*\r\n/i.test(text),
  'Interim responses are skipped; undici ends the exchange at a 100.': (text, { ours, undici, node }) =>
    undici === null && isSame(ours, node) && /^HTTP\/1\.[01] 100[ \r]/.test(text),
  'Spaces after a length are not part of it; undici adds them to the number.': (text, { ours, undici, node }) =>
    !undici?.isComplete && isSame(ours, node) && /content-length:[^\r\n]*[ \t]\r\n/i.test(text),
};

/**
 * Reads a response with the three clients. `difference` is null when ours differs only on purpose, and gives the
 * request that followed its own response.
 */
export async function compare(answer: Answered): Promise<{
  readonly ours: 'complete' | 'cut' | 'error';
  readonly difference: string | null;
}> {
  const found = await readings(answer);
  const { ours, undici, node, isNextOwn } = found;
  const kind = ours === null ? 'error' : ours.isComplete ? 'complete' : 'cut';
  // After a complete response node:http reports further bytes as its error; for the others they end the connection.
  const isNodeCut = kind === 'complete' && node !== null && !node.isComplete;
  const compared = { ...found, node: isNodeCut ? { ...node, isComplete: true, body: ours?.body ?? '' } : node };
  const text = Buffer.concat(answer.pieces).toString('latin1');
  const isLikeOthers = isSame(ours, undici) && isSame(ours, compared.node);
  const isStricter = kind !== 'complete' && (isSame(ours, undici) || isSame(ours, node));
  const isOk = isLikeOthers || isStricter || Object.values(onPurpose).some((holds) => holds(text, compared));
  const shown = { method: answer.method, pieces: answer.pieces.map((piece) => piece.toString('latin1')), ...found };
  return { ours: kind, difference: isOk && isNextOwn ? null : JSON.stringify(shown) };
}

/** The same outcome; of a body that is cut, clients may have a different part. */
function isSame(a: Reading, b: Reading): boolean {
  if (a === null || b === null) return a === b;
  if (a.status !== b.status || a.headers !== b.headers || a.isComplete !== b.isComplete) return false;
  return a.isComplete ? a.body === b.body : a.body.startsWith(b.body) || b.body.startsWith(a.body);
}

async function readings(answer: Answered): Promise<Readings> {
  const [{ ours, isNextOwn }, undici, node] = await Promise.all([byOurs(answer), byUndici(answer), byNode(answer)]);
  return { ours, isNextOwn, undici, node };
}

async function byOurs(answer: Answered): Promise<{ ours: Reading; isNextOwn: boolean }> {
  let sockets = 0;
  using sending = poolOver(async () => new Wire(sockets++ === 0 ? answer.pieces : [Buffer.from(NEXT)]));
  const ours = readingOf(await sending.send(answer.method));
  const second = await sending.send('POST');
  return { ours, isNextOwn: second.kind === 'response' && Buffer.from(second.body).toString() === 'next' };
}

/** How our client reads a response over a plain connection and over TLS. */
export async function readOverBoth(answer: Answered): Promise<{ plain: Reading; secured: Reading }> {
  const { ours: plain } = await byOurs(answer);
  using sending = poolOver(async () => {
    const [near, far] = duplexPair();
    const peer = new TLSSocket(far as Socket, { isServer: true, secureContext: SERVER_CONTEXT }); // as: TLS takes any duplex
    respond(peer, answer.pieces);
    const target = { host: 'localhost', literal: null } as Target; // as: TLS needs no more of it
    return await secure(near as Socket, target, TLS_WAY, () => {}); // as: likewise
  });
  return { plain, secured: readingOf(await sending.send(answer.method)) };
}

const SERVER_CONTEXT = createSecureContext({ cert: pem('server.crt'), key: pem('server.key') });
const TLS_WAY = { secureContext: () => secureContextFor({ ca: pem('ca.crt') }), sessions: null };

/** Responds to the first bytes with the pieces, and ends the connection. */
function respond(peer: TLSSocket, pieces: readonly Buffer[]): void {
  peer.on('error', () => {});
  peer.once('data', async () => {
    for (const piece of pieces) {
      if (peer.destroyed) return;
      await new Promise<void>((resolve) => void peer.write(piece, () => resolve()));
    }
    peer.end();
  });
}

/** A pool of our client whose connections are given. */
function poolOver(connect: () => Promise<Duplex | EgressError>) {
  const now = () => performance.now();
  const pool = new OriginPool({
    now,
    kept: new KeptConnections(1_000),
    open() {
      const opened = connect() as Promise<Socket | EgressError>; // as: it has what is used of one
      return {
        startedAt: now(),
        timings: { dnsMs: null, connectMs: null, tlsMs: null },
        result: opened,
        async read(take) {
          const socket = await opened;
          if (isFailure(socket)) return;
          socket.on('data', (chunk: Buffer) => {
            take(chunk);
            chunk.fill('!');
          });
        },
        expire() {},
        end() {},
      };
    },
  });
  return {
    send: (method: string) =>
      new Promise<EgressOutcome>((resolve) => {
        const request = requestTo('http://peer.test/', { method, body: method === 'POST' ? '{}' : null });
        const head = requestHead(request, { origin: 'http://peer.test', path: '/' }, 'test');
        if (typeof head !== 'string') throw new Error(head.reason);
        pool.send(new Exchange(request, head, now, resolve));
      }),
    [Symbol.dispose]: () => pool.close({ kind: 'reset', message: '' }),
  };
}

function readingOf(outcome: EgressOutcome): Reading {
  if (outcome.kind === 'error') return null;
  const { status, headers, truncated } = outcome;
  const body = Buffer.from(outcome.body).toString('latin1');
  return { status, headers: JSON.stringify(headers), body, isComplete: !truncated };
}

const client = new Client('http://peer.test', {
  headersTimeout: 0,
  bodyTimeout: 0,
  connect: (_options, callback) => queueMicrotask(() => callback(null, nextWire as unknown as Socket)), // as: it has what is used of one
});
let nextWire = new Wire([]);
let queue: Promise<unknown> = Promise.resolve();

function byUndici({ method, pieces }: Answered): Promise<Reading> {
  const reading = queue.then(
    () =>
      new Promise<Reading>((resolve) => {
        const wire = new Wire(pieces);
        nextWire = wire;
        let head: { status: number; headers: string } | null = null;
        let body = '';
        const settle = (isComplete: boolean) => {
          wire.destroy();
          resolve(head === null ? null : { ...head, body, isComplete });
        };
        client.dispatch(
          { path: '/', method, body: method === 'POST' ? '{}' : null },
          {
            onRequestStart() {},
            onResponseStart(controller, status) {
              if (status < 200) return;
              const raw = (controller.rawHeaders ?? []) as Buffer[]; // as: an HTTP/1.1 client has buffers
              head = { status, headers: headersOf(raw.map((part) => part.toString('latin1'))) };
            },
            onResponseData(_controller, chunk) {
              body += chunk.toString('latin1');
            },
            onResponseEnd: () => settle(true),
            onResponseError: () => settle(false),
          },
        );
      }),
  );
  // One at a time, and on a connection of its own.
  queue = reading.then(() => turn()).then(() => turn());
  return reading;
}

function byNode({ method, pieces }: Answered): Promise<Reading> {
  return new Promise((resolve) => {
    const wire = new Wire(pieces) as unknown as Socket; // as: it has what is used of one
    const asked = nodeRequest({ method, host: 'peer.test', createConnection: () => wire });
    let response: { status: number; headers: string } | null = null;
    let body = '';
    const settle = (isComplete: boolean) => {
      wire.destroy();
      resolve(response === null ? null : { ...response, body, isComplete });
    };
    asked.on('error', () => settle(false));
    asked.on('upgrade', () => settle(false));
    asked.on('response', (message) => {
      const raw = message.rawHeaders.map((part) => Buffer.from(part, 'latin1').toString('latin1'));
      response = { status: message.statusCode ?? 0, headers: headersOf(raw) };
      message.on('data', (chunk: Buffer) => {
        body += chunk.toString('latin1');
      });
      message.on('end', () => settle(message.complete));
      message.on('error', () => settle(false));
    });
    asked.end(method === 'POST' ? '{}' : undefined);
  });
}

function headersOf(raw: readonly string[]): string {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2)
    pairs.push([(raw[i] ?? '').toLowerCase(), (raw[i + 1] ?? '').replace(/^[ \t]+|[ \t]+$/g, '')]);
  return JSON.stringify(pairs);
}
