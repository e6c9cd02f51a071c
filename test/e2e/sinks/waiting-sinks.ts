import type { Header } from '../../../src/egress/egress.ts';
import { delivered, failed, retries, type Sink, type Standing, waits, waitsForBudget } from './sink.ts';

const startMs = Date.UTC(2026, 0, 1);
const soon = 5_000;

const asks = (status: number, value: string | string[], stands: Standing, nextMs: number | null): Sink => ({
  what: `${status} with Retry-After ${JSON.stringify(value)}`,
  answers: [{ status, headers: [value].flat().map((one): Header => ['Retry-After', one]) }],
  stands,
  nextMs,
});

/** Retry-After in all its forms, on statuses that may ask for a wait and on others. */
const retryAfterSinks: readonly Sink[] = [
  asks(429, '30', waits('http_429'), 30_000),
  asks(429, '1', waits('http_429'), 1_000),
  asks(429, '007', waits('http_429'), 7_000),
  asks(429, ' 30 ', waits('http_429'), 30_000),
  asks(429, 'Thu, 01 Jan 2026 00:02:00 GMT', waits('http_429'), 120_000),
  asks(429, 'Thursday, 01-Jan-26 00:02:00 GMT', waits('http_429'), 120_000),
  asks(429, 'Thu Jan  1 00:02:00 2026', waits('http_429'), 120_000),
  asks(429, ['10', '40', '20'], waits('http_429'), 40_000),
  asks(429, ['soon', '40'], waits('http_429'), 40_000),
  asks(429, '604800', waits('http_429'), 86_400_000),
  asks(429, 'Fri, 01 Jan 2027 00:00:00 GMT', waits('http_429'), 86_400_000),
  asks(429, '0', retries('http_429'), soon),
  asks(429, '-5', retries('http_429'), soon),
  asks(429, '1.5', retries('http_429'), soon),
  asks(429, '', retries('http_429'), soon),
  asks(429, 'soon', retries('http_429'), soon),
  asks(429, '30 seconds', retries('http_429'), soon),
  asks(429, '1e3', retries('http_429'), soon),
  asks(429, '2026-01-01T00:02:00Z', retries('http_429'), soon),
  asks(429, 'Wed, 31 Dec 2025 23:59:00 GMT', retries('http_429'), soon),
  asks(429, 'Thu, 32 Jan 2026 00:02:00 GMT', retries('http_429'), soon),
  asks(503, '30', waits('http_5xx'), 30_000),
  asks(503, 'Thu, 01 Jan 2026 00:02:00 GMT', waits('http_5xx'), 120_000),
  asks(503, '0', retries('http_5xx'), soon),
  asks(500, '30', retries('http_5xx'), soon),
  asks(502, '30', retries('http_5xx'), soon),
  asks(202, '30', delivered(), null),
  asks(301, '30', failed('http_3xx'), null),
  asks(404, '30', failed('http_4xx'), null),
  {
    what: 'it asks for a wait, then takes it',
    answers: [{ status: 429, headers: [['retry-after', '30']] }, { status: 200 }],
    afterMs: 30_000,
    stands: delivered(1, [false, true]),
    nextMs: null,
  },
  {
    what: 'it asks for waits over and over: none costs an attempt',
    answers: [{ status: 503, headers: [['retry-after', '20']] }],
    afterMs: 60_000,
    stands: waits('http_5xx', 4),
    nextMs: 80_000,
  },
  {
    what: 'it asks for a wait after a failure: the schedule stays where it is',
    answers: [{ status: 500 }, { status: 429, headers: [['retry-after', '10']] }, { status: 500 }],
    afterMs: 15_000,
    stands: retries('http_5xx', 2, [true, false, true]),
    nextMs: 75_000,
  },
];

/** A good answer that tells how many requests are left; the second delivery shows what was understood. */
const counts = (what: string, headers: readonly Header[], nextMs: number | null): Sink => ({
  what: `it tells its count: ${what}`,
  answers: [{ status: 200, headers }],
  events: 2,
  stands: nextMs === null ? delivered() : waitsForBudget,
  nextMs,
});

const rateSinks: readonly Sink[] = [
  counts('RateLimit, none left', [['RateLimit', '"default";r=0;t=30']], 30_000),
  counts('RateLimit, some left', [['RateLimit', '"default";r=5;t=30']], null),
  counts('RateLimit of several policies', [['RateLimit', '"hour";r=50;t=900, "burst";r=0;t=10']], 10_000),
  counts('RateLimit as it was', [['RateLimit', 'limit=100, remaining=0, reset=30']], 30_000),
  counts(
    'RateLimit-Remaining',
    [
      ['RateLimit-Remaining', '0'],
      ['RateLimit-Reset', '12'],
    ],
    12_000,
  ),
  counts(
    'X-RateLimit, seconds',
    [
      ['X-RateLimit-Remaining', '0'],
      ['X-RateLimit-Reset', '12'],
    ],
    12_000,
  ),
  counts(
    'X-RateLimit, a time in seconds',
    [
      ['X-RateLimit-Remaining', '0'],
      ['X-RateLimit-Reset', String(startMs / 1_000 + 12)],
    ],
    12_000,
  ),
  counts(
    'X-RateLimit, a time in milliseconds',
    [
      ['X-RateLimit-Remaining', '0'],
      ['X-RateLimit-Reset', String(startMs + 12_500)],
    ],
    12_500,
  ),
  counts(
    'X-Rate-Limit',
    [
      ['X-Rate-Limit-Remaining', '0'],
      ['X-Rate-Limit-Reset', '12'],
    ],
    12_000,
  ),
  counts(
    'fractions of a second',
    [
      ['X-RateLimit-Remaining', '0'],
      ['X-RateLimit-Reset', '0.25'],
    ],
    250,
  ),
  counts(
    'what is over already',
    [
      ['X-RateLimit-Remaining', '0'],
      ['X-RateLimit-Reset', '0'],
    ],
    null,
  ),
  counts(
    'no number',
    [
      ['X-RateLimit-Remaining', 'none'],
      ['X-RateLimit-Reset', '12'],
    ],
    null,
  ),
  counts('nothing about when', [['X-RateLimit-Remaining', '0']], null),
  {
    what: 'it asked for a wait: the next delivery is not even tried',
    answers: [{ status: 429, headers: [['retry-after', '30']] }],
    events: 2,
    stands: waitsForBudget,
    nextMs: 30_000,
  },
  {
    what: 'a person set its rate',
    answers: [{ status: 200 }],
    settings: { rate: { limit: 2, perMs: 8_000 } },
    events: 3,
    stands: waitsForBudget,
    nextMs: 8_000,
  },
  {
    what: 'a person set its rate, and the time has passed',
    answers: [{ status: 200 }],
    settings: { rate: { limit: 2, perMs: 8_000 } },
    events: 3,
    afterMs: 8_000,
    stands: delivered(),
    nextMs: null,
  },
];

export const waitingSinks: readonly Sink[] = [...retryAfterSinks, ...rateSinks];
