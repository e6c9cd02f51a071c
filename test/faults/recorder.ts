import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The requests with one Idempotency-Key. `bodies` has a digest of each different body. */
export type Received = { count: number; bodies: Set<string>; body: string; accepted: number };

/** A destination that records each request by its key, in the order of arrival. */
export type Recorder = AsyncDisposable & {
  readonly url: string;
  readonly byKey: ReadonlyMap<string, Received>;
  /** The key of each request, in the order of arrival. */
  readonly arrivals: readonly string[];
  /** When each of them arrived, by `performance.now()`. */
  readonly arrivedAt: readonly number[];
  /** Requests without a key. */
  readonly unkeyed: number;
  /** Resolves as soon as the received requests satisfy the condition. */
  until(condition: () => boolean): Promise<void>;
};

/** Responds 200 at once, unless `answer` decides otherwise; it may respond late or not at all. */
export async function startRecorder(
  answer: (response: ServerResponse, body: string) => void = (response) => response.end(),
): Promise<Recorder> {
  const byKey = new Map<string, Received>();
  const waiting = new Set<() => void>();
  const arrivals: string[] = [];
  const arrivedAt: number[] = [];
  let unkeyed = 0;

  const server = createServer((request, response) => {
    const receivedAt = performance.now();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const key = request.headers['idempotency-key'];
      if (typeof key !== 'string') unkeyed += 1;
      else {
        const known = byKey.get(key) ?? { count: 0, bodies: new Set(), body, accepted: 0 };
        byKey.set(key, known);
        known.count += 1;
        arrivals.push(key);
        arrivedAt.push(receivedAt);
        known.bodies.add(createHash('sha256').update(body).digest('hex'));
        response.once('finish', () => {
          if (response.statusCode < 300) known.accepted += 1;
        });
      }
      answer(response, body);
      for (const look of waiting) look();
    });
    request.on('error', () => {}); // the sender was killed
    response.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one

  return {
    url: `http://127.0.0.1:${port}`,
    byKey,
    arrivals,
    arrivedAt,
    get unkeyed() {
      return unkeyed;
    },
    until: (condition) =>
      new Promise((resolve) => {
        const look = () => {
          if (!condition()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
