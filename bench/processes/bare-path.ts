import { createServer } from 'node:http';
import { Worker } from 'node:worker_threads';
import { Pool } from 'undici';
import { answerCalls } from '../child.ts';
import type { Commit, Settled } from './bare-path-storage.ts';

export type BarePathCalls = {
  /** Takes events by HTTP and sends each to the sink; returns its port. */
  start(at: { folder: string; sinkPort: number }): Promise<number>;
};

const requestsMax = 64;
/** How long outcomes may wait for another write, to share its transaction. */
const settleDelayMs = 10;

/** What the next transaction writes, and who waits for it. */
type Next = Commit & { stored: (() => void)[]; isUrgent: boolean };
const emptyNext = (): Next => ({ requests: [], settled: [], stored: [], isUrgent: false });

/**
 * The least program with the durability of the server: events and deliveries are on disk before the response to their
 * sender, and outcomes are recorded, in transactions that many share. It has no rules, templates, limits, retries or
 * secrets. The difference to the server is what those cost.
 */
answerCalls<BarePathCalls>({
  async start({ folder, sinkPort }) {
    const storage = new Worker(new URL('./bare-path-storage.ts', import.meta.url), { workerData: folder });
    const pool = new Pool(`http://127.0.0.1:${sinkPort}`, { connections: requestsMax, pipelining: 1 });
    const waiting: { number: number; event: unknown }[] = [];
    let inFlight = 0;
    let lastNumber = 0;
    let next = emptyNext();
    let writing: Next | null = null;
    let isSettling = false;

    function write(): void {
      if (writing !== null || !next.isUrgent) return;
      writing = next;
      next = emptyNext();
      const { requests, settled } = writing;
      storage.postMessage({ requests, settled } satisfies Commit);
    }
    storage.on('message', () => {
      const done = writing;
      writing = null;
      write();
      for (const stored of done?.stored ?? []) stored();
      sendMore();
    });
    storage.on('error', (error) => {
      throw error;
    });

    function settle(one: Settled): void {
      next.settled.push(one);
      if (isSettling) return;
      isSettling = true;
      setTimeout(() => {
        isSettling = false;
        next.isUrgent = true;
        write();
      }, settleDelayMs);
    }

    function sendMore(): void {
      while (inFlight < requestsMax && waiting.length > 0) {
        const one = waiting.shift();
        if (one !== undefined) void send(one);
      }
    }

    async function send({ number, event }: { number: number; event: unknown }): Promise<void> {
      inFlight += 1;
      const body = JSON.stringify(event);
      const {
        statusCode,
        headers,
        body: answer,
      } = await pool.request({
        path: '/hook',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      settle([number, statusCode, JSON.stringify(headers), await answer.text(), body]);
      inFlight -= 1;
      sendMore();
    }

    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const { events }: { events: unknown[] } = JSON.parse(text);
        const first = lastNumber + 1;
        lastNumber += events.length;
        next.requests.push([first, events.length, text]);
        next.isUrgent = true;
        next.stored.push(() => {
          const answer = `{"accepted":${events.length}}`;
          response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
          response.end(answer);
          for (const [index, event] of events.entries()) waiting.push({ number: first + index, event });
        });
        write();
      });
    });
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  },
});
