import type { Attempt } from '../../contract/delivery.ts';
import type { Rendered } from '../journal.ts';

/** 0 in place of a request body: it is the body that was rendered. */
export type PackedBody = string | null | 0;

type PackedRequest = [method: string, url: string, headers: [string, string][], body: PackedBody];
type PackedResponse = [status: number, headers: [string, string][], body: string | null, truncated: 0 | 1];

/** An attempt as it is stored: its fields in a fixed order. */
export type PackedAttempt = [
  id: string,
  number: number,
  counted: 0 | 1,
  outcome: Attempt['outcome'],
  startedAt: string,
  durationMs: number,
  timings: (number | null)[],
  request: PackedRequest | null,
  response: PackedResponse | null,
  error: [kind: string, message: string] | null,
  versions: [action: number | null, destination: number, connection: number],
  batchId: string | null,
];

export function packAttempt(attempt: Attempt, renderedBody: string | undefined): PackedAttempt {
  const { timings: t, request, response, error, versions } = attempt;
  return [
    attempt.id,
    attempt.number,
    attempt.counted ? 1 : 0,
    attempt.outcome,
    attempt.startedAt,
    attempt.durationMs,
    [t.queueMs, t.tokenMs, t.dnsMs, t.connectMs, t.tlsMs, t.firstByteMs, t.totalMs],
    request && [request.method, request.url, request.headers, request.body === renderedBody ? 0 : request.body],
    response && [response.status, response.headers, response.body, response.truncated ? 1 : 0],
    error && [error.kind, error.message],
    [versions.action, versions.destination, versions.connection],
    attempt.batchId,
  ];
}

export function unpackAttempt(packed: PackedAttempt, renderedBody: string | undefined): Attempt {
  const [id, number, counted, outcome, startedAt, durationMs, t, request, response, error, versions, batchId] = packed;
  const [queueMs = null, tokenMs = null, dnsMs = null, connectMs = null, tlsMs = null, firstByteMs = null, total] = t;
  return {
    id,
    number,
    counted: counted === 1,
    batchId,
    startedAt,
    durationMs,
    timings: { queueMs, tokenMs, dnsMs, connectMs, tlsMs, firstByteMs, totalMs: total ?? 0 },
    request: request && {
      method: request[0],
      url: request[1],
      headers: request[2],
      body: request[3] === 0 ? (renderedBody ?? null) : request[3],
    },
    response: response && {
      status: response[0],
      headers: response[1],
      body: response[2],
      truncated: response[3] === 1,
    },
    error: error && { kind: error[0] as NonNullable<Attempt['error']>['kind'], message: error[1] }, // packed from one
    outcome,
    versions: { action: versions[0], destination: versions[1], connection: versions[2] },
  };
}

type PackedRendered = [path: string, headers: [string, string][], body: string, isObject: 0 | 1];

export function renderedText({ path, headers, body, isObject }: Rendered): string {
  const packed: PackedRendered = [path, headers, body, isObject ? 1 : 0];
  return JSON.stringify(packed);
}

export function renderedOf(text: string): Rendered {
  const [path, headers, body, isObject]: PackedRendered = JSON.parse(text);
  return { path, headers, body, isObject: isObject === 1 };
}
