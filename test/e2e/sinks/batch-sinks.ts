import type { DeliveryStatus, Reason } from '../../../src/contract/records/delivery.ts';
import type { FakeAnswer } from '../../../src/egress/fake/fake-egress.testing.ts';

/** A system that gets four records in one request: how it answers which of them, and how each stands then. */
export type BatchSink = {
  what: string;
  answer(records: readonly string[], request: number): FakeAnswer;
  outcomes?: readonly object[];
  auth?: Record<string, unknown>;
  stands: readonly (readonly [DeliveryStatus, Reason | null, attempts: number])[];
  requests: number;
};

const delivered = ['delivered', null, 1] as const;
const failed = ['failed', 'protocol', 1] as const;
const retrying = ['retrying', null, 1] as const;
const waiting = ['retrying', 'budget', 0] as const;
const refused = ['failed', 'http_4xx', 1] as const;
const four = (one: BatchSink['stands'][number]) => Array(4).fill(one) as BatchSink['stands']; // of four of them
const body = (value: unknown, status = 200): FakeAnswer => ({ status, body: JSON.stringify(value) });

const poisoned = (status: number): BatchSink => ({
  what: `it answers ${status} while a bad record is among them`,
  answer: (records) => ({ status: records.includes('1') ? status : 200 }),
  stands: [delivered, refused, delivered, delivered],
  requests: 5,
});

/** A rule about single records, and an answer that tells of them. */
const told = (
  what: string,
  items: object,
  answer: FakeAnswer,
  stands: BatchSink['stands'],
  outcome = 'fail',
): BatchSink => ({
  what: `single records are told of: ${what}`,
  answer: () => answer,
  outcomes: [{ when: {}, outcome, items }],
  stands,
  requests: 1,
});

const secondFails = [delivered, failed, delivered, delivered];

export const batchSinks: readonly BatchSink[] = [
  { what: 'it takes them', answer: () => ({ status: 200 }), stands: four(delivered), requests: 1 },
  poisoned(400),
  poisoned(413),
  poisoned(422),
  {
    what: 'it takes one at a time',
    answer: (records) => ({ status: records.length > 1 ? 413 : 200 }),
    stands: four(delivered),
    requests: 7,
  },
  { what: 'it takes none of them, whichever way', answer: () => ({ status: 422 }), stands: four(refused), requests: 7 },
  { what: 'it is not there', answer: () => ({ status: 404 }), stands: four(refused), requests: 1 },
  { what: 'it fails', answer: () => ({ status: 500 }), stands: four(retrying), requests: 1 },
  {
    what: 'it resets',
    answer: () => ({ error: { kind: 'reset', message: 'broken' } }),
    stands: four(retrying),
    requests: 1,
  },
  {
    what: 'it asks for a wait',
    answer: () => ({ status: 429, headers: [['Retry-After', '30']] }),
    stands: four(waiting),
    requests: 1,
  },
  {
    what: 'it refuses the credentials',
    answer: () => ({ status: 401 }),
    auth: { type: 'bearer', token: 'a-token-for-batches' },
    stands: four(['held', 'auth_rejected', 0]),
    requests: 1,
  },
  {
    what: 'a rule says that a refusal of all is fine',
    answer: () => ({ status: 422 }),
    outcomes: [{ when: { status: 422 }, outcome: 'success' }],
    stands: four(delivered),
    requests: 1,
  },
  told(
    'a list of results',
    { path: 'results', when: { path: 'ok', equals: false } },
    body({ results: [{ ok: true }, { ok: false }, { ok: true }, { ok: true }] }),
    secondFails,
  ),
  told(
    'a list of statuses',
    { when: { path: 'status', status: '4xx' } },
    body([{ status: 201 }, { status: 422 }, { status: 201 }, { status: 200 }], 207),
    secondFails,
  ),
  told(
    'a list of errors with an index',
    { path: 'errors', index: 'index' },
    body({ errors: [{ index: 1 }] }),
    secondFails,
  ),
  told('a list of indices', { path: 'failed', index: '' }, body({ failed: [1] }), secondFails),
  told(
    'a list of ids',
    { path: 'rejected', id: { path: 'id', field: 'n' } },
    body({ rejected: [{ id: '1' }] }),
    secondFails,
  ),
  told(
    'only those are sent again',
    { path: 'failed', index: '' },
    body({ failed: [0, 3] }),
    [retrying, delivered, delivered, retrying],
    'retry',
  ),
  told('an index beyond them', { path: 'failed', index: '' }, body({ failed: [9, -1] }), four(delivered)),
  told(
    'an id of nobody',
    { path: 'rejected', id: { path: 'id', field: 'n' } },
    body({ rejected: [{ id: 'x' }] }),
    four(delivered),
  ),
  told('a page instead of JSON', { path: 'failed', index: '' }, { status: 200, body: '<html>' }, four(delivered)),
  told('an object where a list should be', { path: 'failed', index: '' }, body({ failed: {} }), four(delivered)),
  {
    what: 'single records are told of by two rules, and the rest fails',
    answer: () => body([{ status: 429 }, { status: 409 }, { status: 200 }, { status: 400 }], 207),
    outcomes: [
      { when: {}, outcome: 'retry', items: { when: { path: 'status', status: 429 } } },
      { when: {}, outcome: 'success', items: { when: { path: 'status', status: '2xx' } } },
      { when: { status: 207 }, outcome: 'fail' },
    ],
    stands: [retrying, failed, delivered, failed],
    requests: 1,
  },
];
