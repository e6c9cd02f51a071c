import type { Unauthorized } from '../../connections/authenticator.ts';
import { responseRedaction } from '../../connections/response-redaction.ts';
import type { Attempt, ErrorKind } from '../../contract/records/delivery.ts';
import type { Verdict } from '../../destinations/judge.ts';
import type { WebhookRequest } from '../../destinations/webhook.ts';
import type { EgressOutcome } from '../../egress/egress.ts';
import { maskHeaders } from '../privacy/header-redaction.ts';
import type { Work } from './work.ts';

/** The data of every line of the attempt log. */
type Head = {
  now(): number;
  startedAt: number;
  number: number;
  id: string;
  batchId: string | null;
  work: {
    queuedMs: number | null;
    batch: readonly unknown[] | null;
    action: { version: number } | null;
    destination: { version: number };
    connection: { version: number };
  };
};

/** The data of an attempt when it begins. */
export type Note = Head & { scrub(text: string): string; work: Work };

type End = Pick<Attempt, 'counted' | 'durationMs' | 'timings' | 'response' | 'error' | 'outcome'>;

/** A line of the attempt log. One literal, since building it from parts takes several times as long. */
function attemptOf(note: Head, request: WebhookRequest | null, end: End): Attempt {
  const { work, id, number, batchId } = note;
  return {
    id,
    number,
    counted: end.counted,
    batchId,
    records: work.batch === null ? 1 : work.batch.length,
    startedAt: new Date(note.startedAt).toISOString(),
    durationMs: end.durationMs,
    timings: end.timings,
    request,
    response: end.response,
    error: end.error,
    outcome: end.outcome,
    versions: {
      action: work.action?.version ?? null,
      destination: work.destination.version,
      connection: work.connection.version,
    },
  };
}

function shown(request: WebhookRequest, { work }: Note): WebhookRequest {
  return { ...request, headers: maskHeaders(request.headers, work.connection.body, work.destination.body) };
}

/**
 * An attempt without the content of its exchange, because an error prevented sending, judging or logging it. `outcome`
 * null: there was no exchange.
 */
export function withoutContent(
  note: Head,
  outcome: EgressOutcome | null,
  end: Pick<End, 'counted' | 'error' | 'outcome'>,
): Attempt {
  const none = { tokenMs: null, dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null };
  const totalMs = outcome?.timings.totalMs ?? note.now() - note.startedAt;
  const { status, truncated } = outcome?.kind === 'response' ? outcome : { status: null, truncated: false };
  return attemptOf(note, null, {
    ...end,
    durationMs: Math.round(totalMs),
    timings: { ...none, queueMs: note.work.queuedMs, totalMs },
    response: status === null ? null : { status, headers: [], body: null, truncated },
  });
}

/** The reason and the remaining time of a wait for a token. */
export function waitingForToken(failure: string, ms: number): string {
  return `${failure.replace(/\.?$/, '.')} The next token request is in about ${Math.ceil(ms / 1_000)} s.`;
}

/** An attempt without a request, because it could not be authenticated. */
export function unsent(
  note: Note,
  request: WebhookRequest | null,
  detail: string,
  refusal: Unauthorized['kind'],
): Attempt {
  const spentMs = note.now() - note.startedAt;
  const none = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null };
  return attemptOf(note, request && shown(request, note), {
    counted: refusal === 'temporary',
    durationMs: spentMs,
    timings: { ...none, queueMs: note.work.queuedMs, tokenMs: spentMs, totalMs: spentMs },
    response: null,
    error: { kind: 'auth', message: detail },
    outcome: refusal === 'rejected' ? 'held' : 'retry',
  });
}

/** An attempt with its outcome and verdict; `tokenMs`: how long it waited for a token. */
export function exchanged(
  note: Note,
  request: WebhookRequest,
  outcome: EgressOutcome,
  verdict: Verdict,
  tokenMs: number | null,
): Attempt {
  const { dnsMs, connectMs, tlsMs, firstByteMs, totalMs } = outcome.timings;
  return attemptOf(note, shown(request, note), {
    counted: isCounted(verdict),
    durationMs: Math.round(totalMs + (tokenMs ?? 0)),
    timings: { queueMs: note.work.queuedMs, tokenMs, dnsMs, connectMs, tlsMs, firstByteMs, totalMs },
    response: outcome.kind === 'error' ? null : answered(note, request, outcome),
    error: errorOf(outcome, verdict),
    outcome: outcomeOf(verdict),
  });
}

function answered(
  { work }: Note,
  request: WebhookRequest,
  { status, headers, body, truncated }: Extract<EgressOutcome, { kind: 'response' }>,
): NonNullable<Attempt['response']> {
  const hide = responseRedaction([work.connection.body, work.destination.body], request.headers);
  return {
    status,
    headers: headers.map(([name, value]): [string, string] => [name, hide(value)]),
    body: hide(decoder.decode(body.length > keptBytesMax ? body.subarray(0, keptBytesMax) : body)),
    truncated: truncated || body.length > keptBytesMax,
  };
}

const keptBytesMax = 65_536;

// Not fatal: a body that is not UTF-8 is shown with replacement characters.
const decoder = new TextDecoder();

/** Whether an exchange with this verdict uses up a step of the schedule. */
export function isCounted(verdict: Verdict): boolean {
  if (verdict.kind === 'retry') return verdict.counted;
  return verdict.kind !== 'auth_refused' && verdict.kind !== 'split';
}

function errorOf(outcome: EgressOutcome, verdict: Verdict): { kind: ErrorKind; message: string } | null {
  return outcome.kind === 'error' ? outcome.error : wordsOf(verdict);
}

/** The error of a verdict for the log; null: delivered. */
export function wordsOf(verdict: Verdict): Attempt['error'] {
  return verdict.kind === 'delivered' ? null : { kind: verdict.errorKind, message: verdict.detail };
}

export function outcomeOf(verdict: Verdict): Attempt['outcome'] {
  if (verdict.kind !== 'auth_refused') return verdict.kind;
  return verdict.refresh ? 'refreshed' : 'held';
}
