import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readJson } from '../../src/api/http/json-body.ts';
import { readTokenResponse } from '../../src/connections/oauth/token-response.ts';
import { retryAfterMs } from '../../src/connections/retry-after.ts';
import { createScrubber, responseRedaction } from '../../src/connections/secret-redaction.ts';
import { Secret } from '../../src/contract/secret.ts';
import { joinUrl } from '../../src/destinations/endpoint-url.ts';
import { recordsOfItems } from '../../src/destinations/item-match.ts';
import { queryText } from '../../src/destinations/query-text.ts';
import { parseDcsGif, parseInfinity } from '../../src/intake/formats/infinity.ts';
import { redactor } from '../../src/pipeline/attempt/exchange-redaction.ts';
import { quotaOf } from '../../src/pipeline/attempt/quota.ts';
import { fieldMatcher } from '../../src/pipeline/field-masks.ts';
import { parameterLearner } from '../../src/rules/parameter-learner.ts';

/** A unit that is repeated to a text: what backtracks, nests, splits, escapes or is looked for. */
const units = [
  'a',
  'aa@',
  '[',
  '{"a":',
  '":"',
  ',',
  ';',
  '%',
  '%2',
  '\\u0041',
  'é',
  '😀',
  ' ',
  '1 ',
  'Bearer ',
  '=&',
  '\n',
];
const text = (most: number) =>
  fc
    .tuple(
      fc.constantFrom(...units),
      fc.constantFrom(0, 1, 255, 4_096, 65_536, most),
      fc.constantFrom('', '"', ']', '}'),
    )
    .map(([unit, size, end]) => unit.repeat(Math.ceil(Math.min(size, most) / unit.length)) + end);

const MiB = 1_048_576;
const reception = { receivedAt: new Date(0), collectorId: 'col_1' };
const answer = (body: string) => ({ status: 200, headers: [], body: Buffer.from(body) });
const event = (data: object) => ({
  ...{ id: 'evt_1', name: null, visitorId: null, anonymousId: null, sessionId: null, occurredAt: '', receivedAt: '' },
  ...{ data: data as Record<string, string>, ext: {}, session: {} },
  source: { collectorId: 'col_1', format: 'infinity' as const },
});
const attempt = (body: string) => ({
  ...{ id: 'att_1', number: 1, counted: true, batchId: null, records: 1, startedAt: '', durationMs: 0 },
  timings: { queueMs: 0, tokenMs: 0, dnsMs: 0, connectMs: 0, tlsMs: 0, firstByteMs: 0, totalMs: 0 },
  request: { method: 'POST', url: `https://x.example/?q=${body.slice(0, 8_192)}`, headers: [], body },
  response: { status: 200, headers: [], body: body.slice(0, 65_536), truncated: false },
  ...{ error: null, outcome: 'delivered' as const, versions: { action: 1, destination: 1, connection: 1 } },
});
const settlement = (body: string) => ({
  ...{ deliveryId: 'dlv_1', status: 'delivered' as const, reason: null, detail: null, errorKind: null },
  ...{ attempts: 1, scheduleStep: 0, waitedMs: 0, dueAt: null, log: [attempt(body)] },
});

/** What reads texts of senders, destinations and people on the main thread, with the largest text that it is given. */
const readers: Record<string, { most: number; read(hostile: string): unknown }> = {
  'the events of a request': { most: MiB, read: (one) => parseInfinity(Buffer.from(one), reception) },
  'one value of an event': {
    most: MiB,
    read: (one) => parseInfinity(Buffer.from(JSON.stringify({ events: [{ a: one }] })), reception),
  },
  'the query of a pixel': { most: 16_384, read: (one) => parseDcsGif(one, reception) },
  'the JSON of an API request': { most: MiB, read: (one) => tried(() => readJson(Buffer.from(one))) },
  'the values that a parameter has': {
    most: MiB,
    read: (one) => parameterLearner({ namesMax: 10, examplesMax: 5 }).observe(event({ [one.slice(0, 300)]: one })),
  },
  'a token response': {
    most: 65_536,
    read: (one) =>
      readTokenResponse(
        { kind: 'response', ...answer(one), truncated: false, timings: attempt('').timings, resends: 0 },
        {
          now: 0,
          fields: { accessToken: '/access_token', expiresIn: '/expires_in', tokenType: '/token_type' } as never,
          hide: (said) => said,
        },
      ),
  },
  'the headers of a response': {
    most: 16_384,
    read: (one) => [
      retryAfterMs([['retry-after', one]], 0),
      quotaOf(
        [
          ['ratelimit', one],
          ['x-ratelimit-remaining', one],
          ['x-ratelimit-reset', one],
        ],
        0,
      ),
    ],
  },
  'the items of a response': {
    most: MiB,
    read: (one) =>
      recordsOfItems(
        { path: 'errors', id: { path: 'id', field: 'sku' } } as never,
        answer(`{"errors":[{"id":${JSON.stringify(one)}}]}`),
        [{ sku: one }],
      ),
  },
  'many items of a response about many records': {
    most: MiB / 4,
    read: (one) =>
      recordsOfItems(
        { path: '', id: { path: '', field: 'sku' } },
        answer(JSON.stringify([...one])),
        Array.from({ length: 10_000 }, (_, n) => ({ sku: String(n % 7) })),
      ),
  },
  'a rendered path': {
    most: 16_384,
    read: (one) => joinUrl({ baseUrl: 'https://x.example/a', port: null, path: one }),
  },
  'a rendered query': { most: MiB, read: (one) => queryText({ body: one, isObject: true }) },
  'a masked exchange': {
    most: MiB,
    read: (one) =>
      redactor(
        { bodiesMs: null, isMasked: fieldMatcher(['mail', '*secret*']) },
        [event({ mail: one, secret: [one] })],
        0,
      )(settlement(one)),
  },
  'a text in the log': {
    most: MiB,
    read(one) {
      const { scrub, learn } = createScrubber();
      learn([new Secret('aaaaaaaaaaaaaaaa', ''), new Secret('Bearer aaaaaaaa', '')]);
      return scrub(one);
    },
  },
  'a response that may echo a short secret': {
    most: 65_536,
    read: (one) =>
      responseRedaction({ type: 'none' }, [{ pin: new Secret('aaaa', '') }])([['authorization', 'Bearer aa@aa@']])(one),
  },
};

test('nothing that reads texts of others on the main thread takes long, whatever their size and shape', () => {
  fc.assert(
    fc.property(
      fc
        .constantFrom(...Object.keys(readers))
        .chain((name) => fc.tuple(fc.constant(name), text(readers[name]?.most ?? 0))),
      ([name, hostile]) => {
        const ms = processorMsOf(() => readers[name]?.read(hostile));
        assert.ok(
          ms < 250,
          `${name}: ${Math.round(ms)} ms for ${hostile.length} characters of ${hostile.slice(0, 20)}`,
        );
      },
    ),
    { seed: 11, numRuns: 1_000 },
  );
});

function tried(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return null; // refused
  }
}

/** Processor time, which other programs do not change: the least of two runs. */
function processorMsOf(run: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 2 && least > 20; i++) {
    const before = process.threadCpuUsage();
    run();
    const { user, system } = process.threadCpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}
