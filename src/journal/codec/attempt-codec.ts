import type { Attempt } from '../../contract/records/delivery.ts';

/**
 * A line of an attempt block: what one operation stored about a delivery. The rendered request (`renderedText`) and the
 * attempts are text; '' for none. `before` is the block with the previous line about the delivery.
 */
export type BlockLine = { before: number | null; rendered: string; attempts: string };

/** A line of a block as text. */
export const lineText = (number: number, before: number | null, { rendered, attempts }: Omit<BlockLine, 'before'>) =>
  `${number}\t${before ?? ''}\t${rendered}\t${attempts}`;

/** The delivery of a line and its content. */
export function lineOfText(text: string): [number: number, line: BlockLine] {
  const [number, before, rendered = '', attempts = ''] = text.split('\t');
  return [Number(number), { before: before === '' ? null : Number(before), rendered, attempts }];
}

/** 0: the request body equals the rendered body. */
type PackedBody = string | null | 0;

/** The request and the response are in the exchange of `batchId`. */
export const inExchange = 1;

/** `bytes`: the size of a body that is not stored. */
export type PackedRequest = [
  method: string,
  url: string,
  headers: [string, string][],
  body: PackedBody,
  bytes?: number,
];
export type PackedResponse = [
  status: number,
  headers: [string, string][],
  body: string | null,
  truncated: 0 | 1,
  bytes?: number,
];

/** An attempt as stored: its fields in a fixed order. */
export type PackedAttempt = [
  id: string,
  number: number,
  counted: 0 | 1,
  outcome: Attempt['outcome'],
  startedAt: string,
  durationMs: number,
  timings: (number | null)[],
  request: PackedRequest | typeof inExchange | null,
  response: PackedResponse | typeof inExchange | null,
  error: [kind: string, message: string] | null,
  versions: [action: number | null, destination: number, connection: number],
  batchId: string | null,
  /** Only of a batch. */
  records?: number,
];

/** Where the fields of packed attempts and requests are, for code that needs one of them. */
export const attemptAt = { number: 1, request: 7, response: 8, batchId: 11 } as const;
export const requestAt = { url: 1, headers: 2, body: 3, bytes: 4 } as const;

/** The exchange of a batch, shared by all its attempts. */
export type PackedExchange = [request: PackedRequest | null, response: PackedResponse | null];

function packAttempt(attempt: Attempt, renderedBody: string | undefined): PackedAttempt {
  const { timings: t, request, response, error, versions, batchId } = attempt;
  const packed: PackedAttempt = [
    attempt.id,
    attempt.number,
    attempt.counted ? 1 : 0,
    attempt.outcome,
    attempt.startedAt,
    attempt.durationMs,
    [t.queueMs, t.tokenMs, t.dnsMs, t.connectMs, t.tlsMs, t.firstByteMs, t.totalMs],
    batchId === null ? packRequest(request, renderedBody) : inExchange,
    batchId === null ? packResponse(response) : inExchange,
    error && [error.kind, error.message],
    [versions.action, versions.destination, versions.connection],
    batchId,
  ];
  if (batchId !== null) packed.push(attempt.records);
  return packed;
}

/** The attempts of a settlement as text; '' for none. */
export function attemptsText(log: readonly Attempt[], renderedBody: string | undefined): string {
  return log.length === 0 ? '' : `[${log.map((attempt) => attemptText(attempt, renderedBody)).join()}]`;
}

/**
 * The JSON of a packed attempt. That of the common kind, an exchange of its own without an error, is written field by
 * field, which takes half the time.
 */
function attemptText(attempt: Attempt, renderedBody: string | undefined): string {
  const { timings: t, request, response, error, versions: v, batchId } = attempt;
  const isCommon = request !== null && response !== null && error === null && batchId === null;
  if (!isCommon || request.bodyBytes !== undefined || response.bodyBytes !== undefined)
    return JSON.stringify(packAttempt(attempt, renderedBody));
  const { body } = request;
  const start = `"${attempt.id}",${attempt.number},${attempt.counted ? 1 : 0},"${attempt.outcome}","${attempt.startedAt}"`;
  const times = `${t.queueMs},${t.tokenMs},${t.dnsMs},${t.connectMs},${t.tlsMs},${t.firstByteMs},${t.totalMs}`;
  const sent = JSON.stringify([request.method, request.url, request.headers]).slice(0, -1);
  const sentBody = body === renderedBody ? '0' : JSON.stringify(body);
  const received = `${response.status},${headersText(response.headers)},${JSON.stringify(response.body)}`;
  const versions = `${v.action},${v.destination},${v.connection}`;
  return `[${start},${attempt.durationMs},[${times}],${sent},${sentBody}],[${received},${response.truncated ? 1 : 0}],null,[${versions}],null]`;
}

/** The JSON of the headers of responses that have the same head. */
const texts = new WeakMap<readonly [string, string][], string>();

function headersText(headers: [string, string][]): string {
  const known = texts.get(headers);
  if (known !== undefined) return known;
  const text = JSON.stringify(headers);
  // Those of the egress: frozen when a head is the same as the one before.
  if (Object.isFrozen(headers) && headers.every(Object.isFrozen)) texts.set(headers, text);
  return text;
}

export function exchangeText({ request, response }: Attempt): string {
  const packed: PackedExchange = [packRequest(request, undefined), packResponse(response)];
  return JSON.stringify(packed);
}

/** `exchanges`: the exchanges of batches, by id, as text. */
export function unpackAttempt(
  packed: PackedAttempt,
  renderedBody: string | undefined,
  exchanges: Readonly<Record<string, string>>,
): Attempt {
  const [id, number, counted, outcome, startedAt, durationMs, t, own, received, error, versions, batchId, records = 1] =
    packed;
  const [queueMs = null, tokenMs = null, dnsMs = null, connectMs = null, tlsMs = null, firstByteMs = null, total] = t;
  const exchange = batchId === null ? undefined : exchanges[batchId];
  const shared: PackedExchange = exchange === undefined ? [null, null] : JSON.parse(exchange);
  const request = own === inExchange ? shared[0] : own;
  const response = received === inExchange ? shared[1] : received;
  return {
    id,
    number,
    counted: counted === 1,
    batchId,
    records,
    startedAt,
    durationMs,
    timings: { queueMs, tokenMs, dnsMs, connectMs, tlsMs, firstByteMs, totalMs: total ?? 0 },
    request: request && unpackRequest(request, renderedBody),
    response: response && unpackResponse(response),
    error: error && { kind: error[0] as NonNullable<Attempt['error']>['kind'], message: error[1] }, // packed from one
    outcome,
    versions: { action: versions[0], destination: versions[1], connection: versions[2] },
  };
}

/** The ids of the batch exchanges that lines name. */
export function exchangeIds(lines: readonly BlockLine[]): Set<string> {
  const ids = new Set<string>();
  for (const { attempts } of lines) {
    // Most lines have exchanges of their own and need not be parsed.
    if (!attempts.includes('"bat_')) continue;
    const packed: PackedAttempt[] = JSON.parse(attempts);
    for (const { [attemptAt.batchId]: id } of packed) if (id !== null) ids.add(id);
  }
  return ids;
}

/** The status of a stored attempt's response; null without one. `exchange`: that of its batch. */
export function statusOfExchange(packed: PackedAttempt, exchange: string | undefined): number | null {
  const own = packed[attemptAt.response];
  const shared: PackedExchange = own !== inExchange || exchange === undefined ? [null, null] : JSON.parse(exchange);
  const [status = null] = (own === inExchange ? shared[1] : own) ?? [];
  return status;
}

/**
 * The attempts of a text (`attemptsText`) with a higher number than `last`. Their request bodies that equal the rendered
 * body refer to it.
 */
export function attemptsAfter(last: number, attempts: string, renderedBody: string | undefined): string {
  const all: PackedAttempt[] = JSON.parse(attempts);
  const later = all.filter((attempt) => attempt[attemptAt.number] > last);
  for (const { [attemptAt.request]: request } of later)
    if (request !== null && request !== inExchange && request[requestAt.body] === renderedBody)
      request[requestAt.body] = 0;
  return JSON.stringify(later);
}

function packRequest(request: Attempt['request'], renderedBody: string | undefined): PackedRequest | null {
  if (request === null) return null;
  const { method, url, headers, body, bodyBytes } = request;
  if (bodyBytes !== undefined) return [method, url, headers, body, bodyBytes];
  return [method, url, headers, body === renderedBody ? 0 : body];
}

function unpackRequest(
  [method, url, headers, body, bodyBytes]: PackedRequest,
  renderedBody: string | undefined,
): NonNullable<Attempt['request']> {
  const sent = body === 0 ? (renderedBody ?? null) : body;
  return { method, url, headers, body: sent, ...(bodyBytes === undefined ? {} : { bodyBytes }) };
}

function packResponse(response: Attempt['response']): PackedResponse | null {
  if (response === null) return null;
  const { status, headers, body, truncated, bodyBytes } = response;
  const packed: PackedResponse = [status, headers, body, truncated ? 1 : 0];
  if (bodyBytes !== undefined) packed.push(bodyBytes);
  return packed;
}

function unpackResponse([status, headers, body, truncated, bodyBytes]: PackedResponse): NonNullable<
  Attempt['response']
> {
  return { status, headers, body, truncated: truncated === 1, ...(bodyBytes === undefined ? {} : { bodyBytes }) };
}
