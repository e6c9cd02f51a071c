import { isoTime } from '../../async/clock.ts';
import type { Unauthorized } from '../../connections/oauth/access-tokens.ts';
import { maskHeaders, unmasked } from '../../connections/secret-redaction.ts';
import type { Attempt } from '../../contract/records/delivery.ts';
import type { Verdict } from '../../destinations/judge.ts';
import type { WebhookRequest } from '../../destinations/webhook.ts';
import type { EgressOutcome } from '../../egress/egress.ts';
import type { DestinationPlan } from '../snapshot/destination-plan.ts';

/** What is known of an attempt when it begins. */
export type Note = Pick<Attempt, 'id' | 'number' | 'batchId' | 'records' | 'versions'> & {
  startedAt: number;
  queuedMs: number | null;
};

type End = Pick<Attempt, 'counted' | 'durationMs' | 'timings' | 'response' | 'error' | 'outcome'>;

/** A line of the attempt log. One literal, since building it from parts takes several times as long. */
function attemptOf(note: Note, request: WebhookRequest | null, end: End): Attempt {
  return {
    id: note.id,
    number: note.number,
    counted: end.counted,
    batchId: note.batchId,
    records: note.records,
    startedAt: isoTime(note.startedAt),
    durationMs: end.durationMs,
    timings: end.timings,
    request,
    response: end.response,
    error: end.error,
    outcome: end.outcome,
    versions: note.versions,
  };
}

function shown(request: WebhookRequest, { secretHeaders }: DestinationPlan): WebhookRequest {
  const headers = maskHeaders(request.headers, secretHeaders);
  return headers === request.headers ? request : { ...request, headers };
}

/**
 * An attempt without the content of its exchange, because an error prevented sending, judging or logging it. `outcome`
 * null: there was no exchange.
 */
export function withoutContent(
  note: Note,
  outcome: EgressOutcome | null,
  now: number,
  end: Pick<End, 'counted' | 'error' | 'outcome'>,
): Attempt {
  const none = { tokenMs: null, dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null };
  const totalMs = outcome?.timings.totalMs ?? now - note.startedAt;
  const { status, truncated } = outcome?.kind === 'response' ? outcome : { status: null, truncated: false };
  return attemptOf(note, null, {
    ...end,
    durationMs: Math.round(totalMs),
    timings: { ...none, queueMs: note.queuedMs, totalMs },
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
  to: DestinationPlan,
  request: WebhookRequest | null,
  { detail, refusal, now }: { detail: string; refusal: Unauthorized['kind']; now: number },
): Attempt {
  const spentMs = now - note.startedAt;
  const none = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null };
  return attemptOf(note, request && shown(request, to), {
    counted: refusal === 'temporary',
    durationMs: spentMs,
    timings: { ...none, queueMs: note.queuedMs, tokenMs: spentMs, totalMs: spentMs },
    response: null,
    error: { kind: 'auth', message: detail },
    outcome: refusal === 'rejected' ? 'held' : 'retry',
  });
}

/** An attempt with its outcome and verdict; `tokenMs`: how long it waited for a token. */
export function exchanged(
  note: Note,
  to: DestinationPlan,
  request: WebhookRequest,
  outcome: EgressOutcome,
  verdict: Verdict,
  tokenMs: number | null,
): Attempt {
  const { dnsMs, connectMs, tlsMs, firstByteMs, totalMs } = outcome.timings;
  return attemptOf(note, shown(request, to), {
    counted: isCounted(verdict),
    durationMs: Math.round(totalMs + (tokenMs ?? 0)),
    timings: { queueMs: note.queuedMs, tokenMs, dnsMs, connectMs, tlsMs, firstByteMs, totalMs },
    response: outcome.kind === 'error' ? null : responseOf(to, request, outcome),
    error: outcome.kind === 'error' ? outcome.error : wordsOf(verdict),
    outcome: outcomeOf(verdict),
  });
}

function responseOf(
  { redactResponse }: DestinationPlan,
  request: WebhookRequest,
  { status, headers, body, truncated }: Extract<EgressOutcome, { kind: 'response' }>,
): NonNullable<Attempt['response']> {
  const hide = redactResponse(request.headers);
  return {
    status,
    // Shared by all responses with this head.
    headers: hide === unmasked ? (headers as [string, string][]) : headers.map(([name, value]) => [name, hide(value)]), // not changed
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

/** The error of a verdict for the log; null: delivered. */
export function wordsOf(verdict: Verdict): Attempt['error'] {
  return verdict.kind === 'delivered' ? null : { kind: verdict.errorKind, message: verdict.detail };
}

export function outcomeOf(verdict: Verdict): Attempt['outcome'] {
  if (verdict.kind !== 'auth_refused') return verdict.kind;
  return verdict.refresh ? 'refreshed' : 'held';
}
