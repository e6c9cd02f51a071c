import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Credentials, credentialsOf } from './credentials.ts';
import type { Draw } from './draw.ts';
import type { Arrival, History } from './history.ts';
import type { Mix } from './mix.ts';

/** What a system does with a request. `items`: the result of each record, by its number. */
export type Answer = {
  readonly kind: 'respond' | 'hang' | 'reset' | 'reset in the body';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly delayMs: number;
  readonly items: ReadonlyMap<number, 'ok' | 'again' | 'no'> | null;
};

/** The systems of a run: servers that record each request and answer at random, in spells of one mood. */
export type Systems = AsyncDisposable & {
  readonly urls: readonly string[];
  /** From now on all of them answer 200, or at random again. */
  setGood(isGood: boolean): void;
  /** A place answers with this status only; null: at random again. */
  fail(place: string, status: number | null): void;
  /** A system accepts another credential from now on; returns what it replaced. */
  rotate(system: number): string;
  /** The `auth` of a connection to a system with the credential that the system accepts now. */
  authOf(system: number): ReturnType<Credentials['auth']>;
};

type Mood = { weight: number; name: string; answers: readonly { weight: number; make(draw: Draw): Partial<Answer> }[] };

const respond =
  (status: number, headers: Record<string, string> = {}) =>
  () => ({ status, headers });
const ok = { weight: 10, make: respond(200) };
const slow = { weight: 4, make: (draw: Draw) => ({ delayMs: draw.between(5, 120) }) };
const closing = { weight: 2, make: respond(200, { connection: 'close' }) };
const broken = [
  { weight: 6, make: respond(500) },
  { weight: 1, make: respond(503) },
  { weight: 1, make: () => ({ kind: 'reset' as const }) },
];

const moods: readonly Mood[] = [
  { weight: 5, name: 'good', answers: [ok, slow, closing] },
  {
    weight: 5,
    name: 'mixed',
    answers: [
      { ...ok, weight: 14 },
      slow,
      closing,
      ...broken,
      { weight: 1, make: respond(503, { 'retry-after': '1' }) },
      { weight: 1, make: respond(429, { 'retry-after': '1' }) },
      { weight: 1, make: respond(429) },
      { weight: 1, make: () => ({ kind: 'hang' as const }) },
      { weight: 1, make: () => ({ kind: 'reset in the body' as const }) },
    ],
  },
  { weight: 3, name: 'broken', answers: broken },
  {
    weight: 3,
    name: 'refusing',
    answers: [
      { ...ok, weight: 4 },
      { weight: 3, make: (draw) => ({ status: draw.pick([400, 413, 422]) }) },
    ],
  },
  {
    weight: 1,
    name: 'leaving',
    answers: [
      { ...ok, weight: 14 },
      { weight: 1, make: respond(410) },
    ],
  },
  { weight: 1, name: 'hanging', answers: [ok, { weight: 4, make: () => ({ kind: 'hang' as const }) }] },
  {
    weight: 2,
    name: 'cutting',
    answers: [
      ok,
      { weight: 4, make: () => ({ kind: 'reset' as const }) },
      { weight: 2, make: () => ({ kind: 'reset in the body' as const }) },
    ],
  },
];

export async function startSystems(mix: Mix, draw: Draw, history: History): Promise<Systems> {
  let isGood = false;
  const failing = new Map<string, number>();
  const credentials = mix.systems.map((system, n) => credentialsOf(system, n, draw.fork(`tokens of ${n}`), history));
  const started = await Promise.all(
    mix.systems.map(async (system, number) => {
      const own = draw.fork(`answers of ${system.name}`);
      const credential = credentials[number];
      let mood: Mood | null = null;
      let left = 0;

      /** Drawn for each request by its number in its system, also while the system is good. */
      function answerTo(request: IncomingMessage, place: string, records: Arrival['records']): Answer {
        if (mood === null || left <= 0) {
          mood = own.weighted(moods);
          left = own.between(3, 40);
        }
        left -= 1;
        const drawn: Partial<Answer> = own.weighted(mood.answers).make(own);
        const rolls = records.map(() => own.next());
        const isBatch = records.length > 1;
        const { authorization } = request.headers;
        const checked = credential?.check(authorization);
        if (checked === 'strange')
          history.odd.push(`A request to ${system.name} had the credential "${authorization}".`);
        if (checked !== 'accepted') return { ...plain, status: 401 };
        const best = () => 1;
        if (isGood) return { ...plain, items: itemsOf(place, records, records.map(best)) };
        const failure = failing.get(place);
        if (failure !== undefined) return { ...plain, status: failure };
        // A refusal is final for a record that is alone: only some of them are.
        const isSpared =
          !isBatch && drawn.status !== undefined && [400, 413, 422].includes(drawn.status) && (rolls[0] ?? 0) < 0.6;
        const answer = { ...plain, ...drawn, ...(isSpared && { status: 200 }) };
        return answer.status === 200 ? { ...answer, items: itemsOf(place, records, rolls) } : answer;
      }

      function itemsOf(place: string, records: Arrival['records'], rolls: readonly number[]): Answer['items'] {
        if (mix.places.find(({ id }) => id === place)?.hasItems !== true) return null;
        return new Map(
          records.map(({ n }, at) => [n, (rolls[at] ?? 1) < 0.06 ? 'no' : (rolls[at] ?? 1) < 0.2 ? 'again' : 'ok']),
        );
      }

      return listen((request, response, body) => {
        if (request.url === '/token') return credential?.answerToken(body, response, isGood);
        const place = /^\/([^/?]+)/.exec(request.url ?? '')?.[1] ?? '';
        const { a: action = '', r = [] }: Sent = body === '' ? {} : JSON.parse(body);
        const records = r.map(({ n, e, visitor, group }) => ({ n: Number(n), event: e, visitor, value: group }));
        const arrival: Arrival = {
          number: history.arrivals.length,
          system: number,
          place,
          at: history.now(),
          endedAt: null,
          end: null,
          key: String(request.headers['idempotency-key'] ?? ''),
          digest: createHash('sha256').update(`${request.method} ${request.url}\n${body}`).digest('hex').slice(0, 16),
          action,
          records,
          answer: answerTo(request, place, records),
        };
        history.arrivals.push(arrival);
        give(response, arrival, history);
      });
    }),
  );
  return {
    urls: started.map(({ url }) => url),
    setGood: (next) => {
      isGood = next;
    },
    fail(place, status) {
      if (status === null) failing.delete(place);
      else failing.set(place, status);
    },
    rotate: (system) => credentials[system]?.rotate() ?? '',
    authOf: (system) => credentials[system]?.auth(started[system]?.url ?? '') ?? { type: 'none' },
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map(({ close }) => close()));
    },
  };
}

type Sent = { a?: string; r?: { n: string; e: string; visitor: string; group: string }[] };

const plain: Answer = { kind: 'respond', status: 200, headers: {}, delayMs: 0, items: null };

/** Carries out an answer; the arrival notes its end. */
function give(response: ServerResponse, arrival: Arrival, history: History) {
  const { answer } = arrival;
  const end = (how: NonNullable<Arrival['end']>) => {
    arrival.end ??= how;
    arrival.endedAt ??= history.now();
  };
  response.once('finish', () => end('answered'));
  response.once('close', () => end('cut'));
  const body = JSON.stringify({
    exchange: arrival.number,
    ...(answer.items !== null && {
      results: arrival.records.map(({ n }) => ({
        ok: answer.items?.get(n) === 'ok',
        again: answer.items?.get(n) === 'again',
      })),
    }),
  });
  const headers = { 'content-type': 'application/json', 'x-exchange': String(arrival.number), ...answer.headers };
  const act = () => {
    switch (answer.kind) {
      case 'hang':
        return;
      case 'reset':
        end('broken');
        return void response.socket?.resetAndDestroy();
      case 'reset in the body':
        response.writeHead(200, { ...headers, 'content-length': String(body.length + 100) });
        response.write(body.slice(0, 5));
        return void setTimeout(() => {
          end('broken');
          response.socket?.resetAndDestroy();
        }, 5);
      case 'respond':
        response.writeHead(answer.status, headers).end(body);
    }
  };
  if (answer.delayMs > 0) setTimeout(act, answer.delayMs);
  else act();
}

async function listen(handle: (request: IncomingMessage, response: ServerResponse, body: string) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => handle(request, response, Buffer.concat(chunks).toString()));
    request.on('error', () => {}); // the sender was killed
    response.on('error', () => {});
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
