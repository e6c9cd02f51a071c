import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerCalls } from '../child.ts';

/** Requests since the last `forget`; times are ms since the epoch. */
export type HoldArrivals = {
  requests: number;
  distinct: number;
  /** Times of the first few requests, and of the first one after `note`. */
  firstAt: number[];
  notedAt: number;
  lastAt: number;
  /** Requests that arrived after a newer one of the same visitor. */
  outOfOrder: number;
  /** The most requests that certainly arrived within a second, however late this process noticed them. */
  mostInASecond: number;
};

/** A system that is dead or healthy: while dead, it resets every connection as soon as a request arrives. */
export type HoldSinkCalls = {
  listen(): Promise<number>;
  setDead(isDead: boolean): void;
  forget(): void;
  note(): void;
  arrivals(): HoldArrivals;
};

const firstMax = 1_000;
/** A second; the clock of the sender has whole milliseconds. */
const windowMs = 999;

let isDead = false;
let seen = new Set<number>();
let newest = new Map<string, number>();
let counts = noneYet();
/** Times before which recent requests had not arrived. */
let recent: number[] = [];
let recentFrom = 0;
/** The beginnings of the last two turns of the event loop: in the first one, all that had arrived was received. */
let turns: [number, number] = [0, 0];

function noneYet(): HoldArrivals {
  return { requests: 0, distinct: 0, firstAt: [], notedAt: 0, lastAt: 0, outOfOrder: 0, mostInASecond: 0 };
}

function receive(body: string, now: number) {
  const { n, visitor } = JSON.parse(body);
  const number = Number(n);
  counts.requests += 1;
  counts.lastAt = now;
  counts.notedAt ||= now;
  if (counts.firstAt.length < firstMax) counts.firstAt.push(now);
  recent.push(turns[0]);
  while (now - (recent[recentFrom] ?? now) >= windowMs) recentFrom += 1;
  counts.mostInASecond = Math.max(counts.mostInASecond, recent.length - recentFrom);
  if (number < (newest.get(visitor) ?? -1)) counts.outOfOrder += 1;
  newest.set(visitor, number);
  seen.add(number);
  counts.distinct = seen.size;
}

const time = () => performance.timeOrigin + performance.now();
setInterval(() => {
  turns = [turns[1], time()];
}, 1).unref();

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('error', () => {}); // the peer may disconnect
  request.on('end', () => {
    receive(Buffer.concat(chunks).toString(), time());
    if (isDead) request.socket.destroy();
    else response.end('{}');
  });
});
server.keepAliveTimeout = 60_000;

answerCalls<HoldSinkCalls>({
  listen: () =>
    new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)); // a listening TCP server has one
    }),
  setDead(dead) {
    isDead = dead;
    // A request on a kept connection that ends without a response is sent again at once: that is no second probe.
    if (dead) server.closeIdleConnections();
  },
  forget() {
    seen = new Set();
    newest = new Map();
    recent = [];
    recentFrom = 0;
    counts = noneYet();
  },
  note() {
    counts.notedAt = 0;
  },
  arrivals: () => counts,
});
