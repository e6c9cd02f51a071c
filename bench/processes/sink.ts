import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { seededRandom } from '../../src/cli/demo/random.ts';
import { type Arrived, createArrivals, type Expected } from '../arrivals.ts';
import { answerCalls, tellParent } from '../child.ts';
import { nowUs } from '../clock.ts';
import { percentile } from '../statistics.ts';
import { testdata } from '../testdata.ts';
import { frameOf } from '../wire.ts';

/**
 * A system as it is: it takes `ms`, give or take a fifth, or `slowMs` for paths with `/slow`, whose events it does not
 * count; it works on `workers` requests at a time and refuses with 503 what exceeds `most`.
 */
export type Receiver = { ms: number; slowMs?: number; workers?: number; most?: number; isTls?: boolean };

/** Since `expect`: the median time from a request to its response, refusals, most requests at once, new connections. */
export type Served = { medianMs: number; refused: number; most: number; connections: number };

/** Receives deliveries: counts each event and responds 200 at once. */
export type SinkCalls = {
  listen(): Promise<number>;
  listenAs(receiver: Receiver): Promise<number>;
  served(): Served;
  /** A port that accepts everything and never responds. */
  listenSilently(): Promise<number>;
  /** A port that responds 503 to each request. */
  listenRefusing(): Promise<number>;
  expect(run: Expected): void;
  arrived(): Arrived;
  /** Milliseconds from sending to receiving, of the received events, in order of their numbers. */
  latencies(): Float64Array;
  /** When each event arrived, in microseconds, in order of arrival. */
  times(): Float64Array;
};

const answer = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';
const refusal = 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n';
const empty = Buffer.alloc(0);
const newsEveryMs = 5;

const arrivals = createArrivals();

let told = 0;

/** Responds to a request, which has this path, by calling `reply`. */
type Respond = (body: Buffer, path: string, reply: (response: string) => void) => void;

const atOnce: Respond = (body, _path, reply) => {
  arrivals.receive(body);
  reply(answer);
};

function serve(socket: Socket, respond: Respond) {
  let read = empty;
  served.connections += 1;
  socket.setNoDelay(true);
  socket.on('error', () => {}); // the peer may disconnect
  const reply = (response: string) => void socket.write(response);
  socket.on('data', (chunk) => {
    read = read.length === 0 ? chunk : Buffer.concat([read, chunk]);
    for (let frame = frameOf(read); frame !== null && read.length >= frame.bytes; frame = frameOf(read)) {
      const request = read;
      read = read.length === frame.bytes ? empty : read.subarray(frame.bytes);
      respond(request.subarray(frame.bodyAt, frame.bytes), request.toString('latin1', 0, pathEnd), reply);
    }
  });
}

/** The method and the path of every request of the bench are shorter. */
const pathEnd = 40;

const random = seededRandom(1);
type Serving = Omit<Served, 'medianMs'> & { ms: number[] };
let served: Serving = noneServed();

function noneServed(): Serving {
  return { ms: [], refused: 0, most: 0, connections: 0 };
}

/** Requests of all receivers. */
let presentInAll = 0;

function respondAs({
  ms,
  slowMs = ms,
  workers = Number.POSITIVE_INFINITY,
  most = Number.POSITIVE_INFINITY,
}: Receiver): Respond {
  let present = 0;
  let busy = 0;
  const waiting: (() => void)[] = [];
  return (body, path, reply) => {
    if (present >= most) {
      served.refused += 1;
      reply(refusal);
      return;
    }
    const isSlow = path.includes('/slow');
    const takesMs = (isSlow ? slowMs : ms) * (0.8 + 0.4 * random());
    const cameUs = nowUs();
    present += 1;
    presentInAll += 1;
    served.most = Math.max(served.most, presentInAll);
    const work = () => {
      busy += 1;
      setTimeout(() => {
        busy -= 1;
        present -= 1;
        presentInAll -= 1;
        served.ms.push((nowUs() - cameUs) / 1_000);
        if (!isSlow) arrivals.receive(body);
        reply(answer);
        waiting.shift()?.();
      }, takesMs);
    };
    if (busy < workers) work();
    else waiting.push(work);
  };
}

function listenAs(receiver: Receiver): Promise<number> {
  const respond = receiver.ms === 0 && receiver.slowMs === undefined ? atOnce : respondAs(receiver);
  if (receiver.isTls !== true) return listen(createServer((socket) => serve(socket, respond)));
  const server = createTlsServer(certificate(), (socket) => serve(socket, respond));
  server.on('tlsClientError', () => {}); // the peer may disconnect
  return listen(server);
}

const certificate = () => ({
  cert: readFileSync(new URL('server.crt', testdata)),
  key: readFileSync(new URL('server.key', testdata)),
});

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0, backlog: 4_096 }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

setInterval(() => {
  const { distinct } = arrivals.counts();
  if (distinct === told) return;
  told = distinct;
  tellParent(told);
}, newsEveryMs);

answerCalls<SinkCalls>({
  listen: () => listen(createServer((socket) => serve(socket, atOnce))),
  listenAs,
  listenRefusing: () => listen(createServer((socket) => serve(socket, (_body, _path, reply) => reply(refusal)))),
  listenSilently: () => listen(createServer((socket) => socket.on('error', () => {}).resume())),
  served: () => ({ ...served, medianMs: percentile(served.ms, 0.5) }),
  expect(expected) {
    arrivals.expect(expected);
    served = noneServed();
    told = 0;
  },
  arrived: arrivals.counts,
  latencies: arrivals.latencies,
  times: arrivals.times,
});
