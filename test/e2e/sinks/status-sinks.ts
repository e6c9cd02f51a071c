import type { FakeAnswer } from '../../../src/egress/fake/fake-egress.testing.ts';
import { delivered, failed, held, retries, type Sink, type Standing } from './sink.ts';

const each = (statuses: readonly number[], stands: Standing, nextMs: number | null): Sink[] =>
  statuses.map((status) => ({ what: `it answers ${status}`, answers: [{ status }], stands, nextMs }));

/** The schedule's first wait. */
const soon = 5_000;

/** Every class of status, with the odd ones that are seen in the wild. */
export const statusSinks: readonly Sink[] = [
  ...each([200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 299], delivered(), null),
  ...each([300, 301, 302, 303, 304, 305, 307, 308, 399], failed('http_3xx'), null),
  ...each([400, 401, 402, 403, 404, 405, 406, 407, 409, 410, 411, 412, 413, 414, 415, 416], failed('http_4xx'), null),
  ...each([417, 418, 421, 422, 423, 424, 426, 428, 431, 440, 451, 498, 499], failed('http_4xx'), null),
  ...each([408, 425], retries('http_4xx'), soon),
  ...each([429], retries('http_429'), soon),
  ...each(
    [500, 502, 503, 504, 506, 507, 508, 510, 511, 520, 521, 522, 524, 529, 530, 598, 599],
    retries('http_5xx'),
    soon,
  ),
  ...each([501, 505], failed('http_5xx'), null),
  ...each([600, 700, 999], failed('protocol'), null),
];

const error = (kind: 'dns' | 'connect' | 'tls' | 'timeout' | 'reset' | 'protocol' | 'blocked'): FakeAnswer => ({
  error: { kind, message: 'broken' },
});

/** No answer at all, how the schedule goes on, and what a connection does when there are many such. */
export const failingSinks: readonly Sink[] = [
  ...(['dns', 'connect', 'tls', 'timeout', 'reset', 'protocol'] as const).map((kind) => ({
    what: `every request ends with ${kind}`,
    answers: [error(kind)],
    stands: retries(kind),
    nextMs: soon,
  })),
  { what: 'its address is blocked', answers: [error('blocked')], stands: failed('blocked'), nextMs: null },
  {
    what: 'it times out, and the destination wants such deliveries held',
    answers: [error('timeout')],
    destination: { onTimeout: 'hold' },
    stands: held('unknown_outcome', 'timeout', 1, [true]),
    nextMs: null,
  },
  {
    what: 'it is reset, where what may have arrived is held',
    answers: [error('reset')],
    destination: { onTimeout: 'hold' },
    stands: held('unknown_outcome', 'reset', 1, [true]),
    nextMs: null,
  },
  {
    what: 'it refuses the connection, where what may have arrived is held',
    answers: [error('connect')],
    destination: { onTimeout: 'hold' },
    stands: retries('connect'),
    nextMs: soon,
  },
  {
    what: 'it recovers after two failures',
    answers: [{ status: 500 }, error('reset'), { status: 200 }],
    afterMs: 65_000,
    stands: delivered(3),
    nextMs: null,
  },
  {
    what: 'it goes on failing: the waits grow',
    answers: [{ status: 500 }],
    afterMs: 65_000,
    stands: retries('http_5xx', 3),
    nextMs: 365_000,
  },
  {
    what: 'it fails for good after a failure that is retried',
    answers: [{ status: 500 }, { status: 404 }],
    afterMs: 5_000,
    stands: { ...failed('http_4xx'), attempts: 2, counted: [true, true] },
    nextMs: null,
  },
  {
    what: 'it uses up the schedule of its connection',
    answers: [{ status: 502 }],
    settings: { retry: { scheduleMs: [0, 0, 100] } },
    afterMs: 100,
    stands: held('exhausted', 'http_5xx', 3, [true, true, true]),
    nextMs: null,
  },
  {
    what: 'its destination has a schedule of its own',
    answers: [{ status: 502 }],
    destination: { retry: { scheduleMs: [0, 77_000], jitter: 0 } },
    stands: retries('http_5xx'),
    nextMs: 77_000,
  },
  {
    what: 'five requests in a row got no answer: the sixth is held',
    answers: [error('connect')],
    events: 6,
    stands: held('breaker_open', null, 0, []),
    nextMs: null,
  },
  {
    what: 'seven of ten failed: the eleventh is held',
    answers: [...Array(3).fill({ status: 200 }), { status: 500 }],
    events: 11,
    stands: held('breaker_open', null, 0, []),
    nextMs: null,
  },
  {
    what: 'six of ten failed: it goes on',
    answers: [...Array(4).fill({ status: 200 }), ...Array(6).fill({ status: 500 }), { status: 200 }],
    events: 11,
    stands: delivered(),
    nextMs: null,
  },
  {
    what: 'refusals of single records are no failures of the peer',
    answers: [{ status: 422 }],
    events: 30,
    stands: failed('http_4xx'),
    nextMs: null,
  },
  {
    what: 'it is gone: what follows is held',
    answers: [{ status: 410 }],
    events: 2,
    stands: held('destination_paused', null, 0, []),
    nextMs: null,
  },
];
