import { createServer, type Socket } from 'node:net';
import { answerCalls, tellParent } from '../child.ts';
import { nowUs } from '../clock.ts';
import { marks, needleOf, readDigits, readMark } from '../marks.ts';
import { frameOf } from '../wire.ts';

/** The expected run: its number and the largest number of its events. */
export type Expected = { run: number; events: number };

/** Events received since `expect`. `strays` belong to other runs or have no mark. */
export type Arrived = {
  distinct: number;
  repeated: number;
  strays: number;
  firstUs: number;
  lastUs: number;
  /** When each tenth of the expected events was complete. */
  tenthsUs: number[];
};

/** Receives deliveries: counts each event and responds 200 at once. */
export type SinkCalls = {
  listen(): Promise<number>;
  /** A port that accepts everything and never responds. */
  listenSilently(): Promise<number>;
  /** A port that responds 503 to each request. */
  listenRefusing(): Promise<number>;
  expect(run: Expected): void;
  arrived(): Arrived;
  /** Milliseconds from sending to receiving, of the received events, in order of their numbers. */
  latencies(): Float64Array;
};

const answer = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';
const refusal = 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n';
const number = needleOf('number');
const time = needleOf('time');
const empty = Buffer.alloc(0);
const newsEveryMs = 5;

let run = -1;
let seen = new Uint8Array(0);
let latencyMs = new Float64Array(0);
let counts = noneYet();
let told = 0;

function noneYet(): Arrived {
  return { distinct: 0, repeated: 0, strays: 0, firstUs: 0, lastUs: 0, tenthsUs: [] };
}

function receive(body: Buffer) {
  const at = body.indexOf(number);
  const mark = at === -1 ? null : readMark(readDigits(body, at + number.length, marks.number.digits));
  const count = mark === null || mark.run !== run ? undefined : seen[mark.n];
  if (mark === null || count === undefined) {
    counts.strays += 1;
    return;
  }
  if (count > 0) {
    counts.repeated += 1;
    return;
  }
  seen[mark.n] = 1;
  const now = nowUs();
  const timeAt = body.indexOf(time, at);
  latencyMs[mark.n] = (now - readDigits(body, timeAt + time.length, marks.time.digits)) / 1_000;
  counts.distinct += 1;
  counts.firstUs ||= now;
  counts.lastUs = now;
  if (counts.distinct >= (seen.length * (counts.tenthsUs.length + 1)) / 10) counts.tenthsUs.push(now);
}

function serve(socket: Socket, handle: (body: Buffer) => void, response: string) {
  let read = empty;
  socket.setNoDelay(true);
  socket.on('error', () => {}); // the peer may disconnect
  socket.on('data', (chunk) => {
    read = read.length === 0 ? chunk : Buffer.concat([read, chunk]);
    for (let frame = frameOf(read); frame !== null && read.length >= frame.bytes; frame = frameOf(read)) {
      handle(read.subarray(frame.bodyAt, frame.bytes));
      read = read.length === frame.bytes ? empty : read.subarray(frame.bytes);
      socket.write(response);
    }
  });
}

function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer(onSocket);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0, backlog: 4_096 }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

setInterval(() => {
  if (counts.distinct === told) return;
  told = counts.distinct;
  tellParent(told);
}, newsEveryMs);

answerCalls<SinkCalls>({
  listen: () => listen((socket) => serve(socket, receive, answer)),
  listenRefusing: () => listen((socket) => serve(socket, () => {}, refusal)),
  listenSilently: () => listen((socket) => socket.on('error', () => {}).resume()),
  expect(expected) {
    run = expected.run;
    seen = new Uint8Array(expected.events);
    latencyMs = new Float64Array(expected.events).fill(Number.NaN);
    counts = noneYet();
    told = 0;
  },
  arrived: () => counts,
  latencies: () => latencyMs.filter((one) => !Number.isNaN(one)),
});
