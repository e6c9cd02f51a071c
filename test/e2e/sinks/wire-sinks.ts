import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { ErrorKind, Reason } from '../../../src/contract/records/delivery.ts';
import {
  answering,
  httpPeer,
  httpsPeer,
  type Peer,
  pem,
  rawPeer,
} from '../../../src/egress/http1/testing/peers.testing.ts';
import { delivered, failed, held, type Standing } from './sink.ts';

/** A system that deliveries go to over real sockets. */
export type WireSink = {
  what: string;
  start(): Promise<Peer>;
  isTls?: boolean;
  /** Settings of the connection, beside two attempts without a wait. */
  settings?: Record<string, unknown>;
  /** Events, each sent when the one before is delivered; how the last one stands is looked at. */
  events?: number;
  stands: Standing;
};

/** For peers that never finish; a loaded machine must get to the fault within it. */
const short = { timeoutMs: 700 };

const twice = (errorKind: ErrorKind): Standing => held('exhausted', errorKind, 2, [true, true]);
const refused = (reason: Reason): Standing => failed(reason);

const bytes = (
  what: string,
  text: string | Uint8Array,
  stands: Standing,
  then?: (socket: Socket) => void,
): WireSink => ({
  what,
  start: () => answering(text, then ?? ((socket) => void socket.end())),
  ...(stands.errorKind === 'timeout' && { settings: short }),
  stands,
});

function drip(socket: Socket) {
  const timer = setInterval(() => socket.write('x'), 20);
  socket.on('close', () => clearInterval(timer));
}

const stay = () => {};
const head = 'HTTP/1.1 200 OK\r\n';
const empty = `${head}content-length: 0\r\n\r\n`;

/** What is no answer, or half of one. */
const faultSinks: readonly WireSink[] = [
  bytes('it never answers', '', twice('timeout'), stay),
  bytes('it drips a head without end', `${head}x: `, twice('timeout'), drip),
  bytes('it answers 102 and nothing more', 'HTTP/1.1 102 Processing\r\n\r\n', twice('timeout'), stay),
  {
    what: 'it takes no request',
    start: () => rawPeer((socket) => void socket.pause()),
    settings: short,
    stands: twice('timeout'),
  },
  bytes('it resets', '', twice('reset'), (socket) => void socket.resetAndDestroy()),
  bytes('it closes', '', twice('reset')),
  bytes('it closes within the status line', 'HTTP/1.1 20', twice('reset')),
  bytes('it closes within the head', `${head}content-`, twice('reset')),
  bytes(
    'it resets within the head',
    `${head}content-`,
    twice('reset'),
    (socket) => void setImmediate(() => socket.resetAndDestroy()),
  ),
  bytes('it answers 103 and closes', 'HTTP/1.1 103 Early Hints\r\n\r\n', twice('reset')),
  bytes('it speaks SSH', 'SSH-2.0-OpenSSH_9.6\r\n', twice('protocol')),
  bytes('it speaks SMTP', '220 mail.example ESMTP\r\n', twice('protocol')),
  bytes('it speaks HTTP/2', Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 0, 0), twice('protocol')),
  bytes('it speaks TLS', Uint8Array.of(0x15, 3, 1, 0, 2, 2, 70), twice('protocol')),
  bytes('it speaks HTTP/0.9', '<html>hello</html>', twice('protocol')),
  bytes(
    'it switches protocols unasked',
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    twice('protocol'),
  ),
  bytes('its status is no number', 'HTTP/1.1 abc OK\r\n\r\n', twice('protocol')),
  bytes('its status has two digits', 'HTTP/1.1 99 Odd\r\ncontent-length: 0\r\n\r\n', twice('protocol')),
  bytes('its version is unknown', 'HTTP/9.9 200 OK\r\ncontent-length: 0\r\n\r\n', twice('protocol')),
  bytes(
    'it contradicts itself about the length',
    `${head}content-length: 1\r\ncontent-length: 2\r\n\r\nxx`,
    twice('protocol'),
  ),
  bytes('its length is negative', `${head}content-length: -1\r\n\r\n`, twice('protocol')),
  bytes('its length is no number', `${head}content-length: ten\r\n\r\n`, twice('protocol')),
  bytes('its length is beyond all numbers', `${head}content-length: ${'9'.repeat(40)}\r\n\r\n`, twice('protocol')),
  bytes(
    'it gives a length and chunks',
    `${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    twice('protocol'),
  ),
  bytes('a header has no name', `${head}: x\r\n\r\n`, twice('protocol')),
  bytes('a header has a name with a space', `${head}x y: z\r\n\r\n`, twice('protocol')),
  bytes('a header holds U+0000', `${head}x: a\0b\r\n\r\n`, twice('protocol')),
  bytes('its head is too large', `${head}x: ${'y'.repeat(100_000)}\r\n\r\n`, twice('protocol')),
];

/** Once a good head was read it is delivered, whatever happens to the body. */
const bodySinks: readonly WireSink[] = [
  {
    ...bytes('the body drips', `${head}content-length: 100000\r\n\r\n`, delivered(), drip),
    // A loaded machine must have read the head within it.
    settings: { timeoutMs: 4_000 },
  },
  bytes('the body breaks off', `${head}content-length: 100\r\n\r\nxx`, delivered()),
  bytes(
    'the body is reset',
    `${head}content-length: 100\r\n\r\nxx`,
    delivered(),
    (socket) => void setImmediate(() => socket.resetAndDestroy()),
  ),
  bytes('the body is endless', `${head}\r\n${'z'.repeat(200_000)}`, delivered()),
  bytes('the body has no length and ends', `${head}\r\nfine`, delivered()),
  bytes('a chunk has no size', `${head}transfer-encoding: chunked\r\n\r\nzz\r\n`, delivered()),
  bytes('a chunk breaks off', `${head}transfer-encoding: chunked\r\n\r\nff\r\nx`, delivered()),
  bytes(
    'chunks come with trailers',
    `${head}transfer-encoding: chunked\r\ntrailer: x\r\n\r\n1\r\na\r\n0\r\nx: y\r\n\r\n`,
    delivered(),
  ),
  bytes('it answers 204 with a body', 'HTTP/1.1 204 No Content\r\n\r\nunexpected', delivered()),
  bytes('it answers HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nold', delivered()),
  bytes('it has no reason phrase', 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n', delivered()),
  bytes(
    'informational answers come first',
    `HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${empty}`,
    delivered(),
  ),
  bytes('more follows the answer', `${empty}more`, delivered()),
  bytes('two answers come at once', `${empty}HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n`, delivered()),
  {
    what: 'the answer is a bomb, which is not inflated',
    start: () => {
      const bomb = gzipSync(Buffer.alloc(20_000_000));
      return httpPeer((_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    },
    stands: delivered(),
  },
  {
    what: 'the head comes byte by byte',
    start: () =>
      rawPeer((socket) => {
        let at = 0;
        socket.once('data', () => {
          const timer = setInterval(
            () => (at < empty.length ? socket.write(empty[at++] ?? '') : clearInterval(timer)),
            2,
          );
          socket.on('close', () => clearInterval(timer));
        });
      }),
    stands: delivered(),
  },
  {
    what: 'it answers before it has read the request',
    start: () => rawPeer((socket) => void socket.write(`${head}content-length: 0\r\nconnection: close\r\n\r\n`)),
    stands: delivered(),
  },
  bytes(
    'it redirects',
    'HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n',
    refused('http_3xx'),
  ),
  bytes('it answers a status beyond 599', 'HTTP/1.1 700 Odd\r\ncontent-length: 0\r\n\r\n', refused('protocol')),
  bytes('it refuses, and breaks off', 'HTTP/1.1 404 Not Found\r\ncontent-length: 100\r\n\r\nxx', refused('http_4xx')),
];

/** Answers on a socket as often as asked, then does something else with it. */
const redaction =
  (times: number, then: (socket: Socket) => void, answer = empty) =>
  () =>
    rawPeer((socket) => {
      let seen = 0;
      socket.on('data', (chunk) => {
        if (!chunk.includes('\r\n\r\n')) return;
        seen += 1;
        if (seen <= times) socket.write(answer);
        else then(socket);
      });
    });

/** Sockets that are kept, and prove closed: the second delivery costs no attempt for it. */
const staleSinks: readonly WireSink[] = [
  {
    what: 'a kept socket is reset when it is used again',
    start: redaction(1, (socket) => void socket.resetAndDestroy()),
    events: 2,
    stands: delivered(),
  },
  {
    what: 'a kept socket is closed when it is used again',
    start: redaction(1, (socket) => void socket.end()),
    events: 2,
    stands: delivered(),
  },
  {
    what: 'a kept socket is closed after the answer',
    start: () => answering(empty, (socket) => void setTimeout(() => socket.end(), 5)),
    events: 3,
    stands: delivered(),
  },
  {
    what: 'every answer closes',
    start: () => answering(`${head}content-length: 0\r\nconnection: close\r\n\r\n`),
    events: 2,
    stands: delivered(),
  },
  {
    what: 'it closes at once although it keeps alive',
    start: () => answering(empty, (socket) => void socket.end()),
    events: 2,
    stands: delivered(),
  },
  {
    what: 'garbage comes on a kept socket before it is used again',
    start: () => answering(empty, (socket) => void socket.write('HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n')),
    events: 2,
    stands: delivered(),
  },
];

const certificate = (name: string) => ({ cert: pem(`${name}.crt`), key: pem(`${name}.key`) });
const trusting = { tls: { ca: pem('ca.crt') } };
const showing = { tls: { ...trusting.tls, cert: pem('client.crt'), key: pem('client.key') } };
const secure = (
  what: string,
  options: Parameters<typeof httpsPeer>[0],
  stands: Standing,
  settings: object = trusting,
): WireSink => ({
  what,
  start: () => httpsPeer(options, (_, response) => void response.end('ok')),
  isTls: true,
  settings: { ...settings },
  stands,
});

const tlsSinks: readonly WireSink[] = [
  secure('its certificate is good', certificate('server'), delivered()),
  secure('nobody trusts its certificate', certificate('server'), twice('tls'), {}),
  secure('its certificate is for another name', certificate('other'), twice('tls')),
  secure('its certificate has expired', certificate('expired'), twice('tls')),
  secure('it signed its certificate itself', certificate('self'), twice('tls')),
  secure(
    'it knows only TLS 1.1',
    { ...certificate('server'), minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
    twice('tls'),
  ),
  secure(
    'it knows only TLS 1.2 where 1.3 is wanted',
    { ...certificate('server'), maxVersion: 'TLSv1.2' },
    twice('tls'),
    {
      tls: { ...trusting.tls, minVersion: 'TLSv1.3' },
    },
  ),
  secure(
    'it wants a certificate, and gets one',
    { ...certificate('server'), ca: pem('ca.crt'), requestCert: true },
    delivered(),
    showing,
  ),
  secure(
    'it wants a certificate, and gets none',
    { ...certificate('server'), ca: pem('ca.crt'), requestCert: true, maxVersion: 'TLSv1.2' },
    twice('tls'),
  ),
  {
    what: 'it speaks no TLS',
    start: () => httpPeer((_, response) => void response.end()),
    isTls: true,
    settings: trusting,
    stands: twice('tls'),
  },
  {
    what: 'it breaks off the handshake',
    start: () => rawPeer((socket) => socket.once('data', () => socket.destroy())),
    isTls: true,
    settings: trusting,
    stands: twice('tls'),
  },
  {
    what: 'it hangs in the handshake',
    start: () => rawPeer((socket) => socket.resume()),
    isTls: true,
    settings: { ...trusting, connectTimeoutMs: 700 },
    stands: twice('tls'),
  },
];

const goneSinks: readonly WireSink[] = [
  {
    what: 'nobody listens',
    async start() {
      const peer = await answering('');
      await peer[Symbol.asyncDispose]();
      return { ...peer, async [Symbol.asyncDispose]() {} };
    },
    stands: twice('connect'),
  },
];

export const wireSinks: readonly WireSink[] = [...faultSinks, ...bodySinks, ...staleSinks, ...tlsSinks, ...goneSinks];
