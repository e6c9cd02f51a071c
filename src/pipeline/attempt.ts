import type { Authenticator, AuthorizedConnection } from '../connections/authenticator.ts';
import { echoMask } from '../connections/echo-mask.ts';
import { routeOf } from '../connections/route.ts';
import { signMessage } from '../connections/signing.ts';
import type { ActionBody } from '../contract/action.ts';
import type { ConnectionBody } from '../contract/connection.ts';
import type { Attempt, ErrorKind } from '../contract/delivery.ts';
import type { DestinationBody } from '../contract/destination.ts';
import { type Event, hopsHeader, nextHop } from '../contract/event.ts';
import type { NewId } from '../contract/ids.ts';
import { UnresolvedSecret } from '../contract/secret.ts';
import { readsItems } from '../destinations/item-match.ts';
import { judge, judgeRecords, type Verdict } from '../destinations/judge.ts';
import { type BuiltRequest, buildRequest, type WebhookRequest, withHeaders } from '../destinations/webhook.ts';
import type { Egress, EgressOutcome } from '../egress/egress.ts';
import type { Rendered } from '../journal/journal.ts';
import type { Clock } from './clock.ts';
import type { Document } from './configuration.ts';
import type { DataRecord } from './field-mapping.ts';
import { maskHeaders, scrubAttempt } from './masking.ts';
import type { Meta, Rendering, RenderPlan } from './render.ts';

/** One delivery with everything that its next attempt needs. Action and destination are pinned, the connection is present. */
export type Work = {
  deliveryId: string;
  /** The key that it carries in place of its id; null: its id. */
  idempotencyKey: string | null;
  createdAt: number;
  queuedMs: number | null;
  /** Exchanges logged before. */
  number: number;
  waitedMs: number;
  event: Event | null;
  /** Records instead of the mapped event (a test). */
  data: readonly DataRecord[] | null;
  rendered: Rendered | null;
  /** The events of all that share its exchange, its own first: the template sees a record of each. null: it goes alone. */
  batch: readonly Event[] | null;
  plan: RenderPlan;
  action: Document<ActionBody> | null;
  destination: Document<DestinationBody>;
  connection: Document<ConnectionBody>;
};

/** What an attempt did: at most two exchanges (a refreshed token resends once), and how the last one was judged. */
export type Attempted =
  | { kind: 'nothing'; rendering: Exclude<Rendering, { kind: 'rendered' }> }
  | { kind: 'unbuilt'; rendered: Rendered; reason: 'blocked' | 'template_error'; detail: string; log: Attempt[] }
  /** `each`: the verdict on each record of a batch, where they differ. */
  | { kind: 'judged'; rendered: Rendered; verdict: Verdict; each: readonly Verdict[] | null; log: Attempt[] }
  | {
      kind: 'unauthorized';
      rendered: Rendered;
      isRejected: boolean;
      detail: string;
      retryAfterMs: number | null;
      log: Attempt[];
    };

export type Attempter = {
  render(work: Work): Rendering | Promise<Rendering>;
  /** The request before authentication, for looking at. */
  build(work: Work, rendered: Rendered): BuiltRequest;
  /** Renders (or takes the stored rendering), builds, signs, sends and judges. */
  attempt(work: Work): Promise<Attempted>;
};

/** The one path on which previews, tests and deliveries make their requests. */
export function createAttempter(options: {
  egress: Egress;
  authenticator: Authenticator;
  clock: Clock;
  newId: NewId;
  /** Takes live secrets out of what is kept of an exchange. */
  scrub(text: string): string;
}): Attempter {
  const { egress, authenticator, clock, newId, scrub } = options;

  function render(work: Work): Rendering | Promise<Rendering> {
    if (work.rendered !== null) return { kind: 'rendered', rendered: work.rendered };
    const events = eventsOf(work);
    return work.plan.render({ data: work.data ?? events.map(work.plan.record), events, meta: metaOf(work) });
  }

  function build(work: Work, rendered: Rendered): BuiltRequest {
    const { connection, destination } = work;
    const built = buildRequest({
      connection: connection.body,
      destination: destination.body,
      rendered,
      idempotencyKey: keyOf(work),
    });
    return built.ok ? { ok: true, request: withHeaders(built.request, [[hopsHeader, hopsOf(work)]]) } : built;
  }

  async function attempt(work: Work): Promise<Attempted> {
    const awaited = render(work);
    const rendering = awaited instanceof Promise ? await awaited : awaited;
    if (rendering.kind !== 'rendered') return { kind: 'nothing', rendering };
    const { rendered } = rendering;
    const log: Attempt[] = [];
    try {
      return await exchange(work, rendered, log);
    } catch (error) {
      if (!(error instanceof UnresolvedSecret)) throw error;
      // Never sent without: as with credentials that were refused, it waits until somebody mends that.
      return unauthorized(noteOf(work, log), null, rendered, log, { kind: 'rejected', detail: error.message });
    }
  }

  async function exchange(work: Work, rendered: Rendered, log: Attempt[]): Promise<Attempted> {
    const built = build(work, rendered);
    if (!built.ok) return { kind: 'unbuilt', rendered, reason: built.reason, detail: built.detail, log };

    const connection = authorizedOf(work.connection);
    for (let isResend = false; ; isResend = true) {
      const note = noteOf(work, log);
      const authorizing = authenticator.authorize(connection);
      const authorization = authorizing instanceof Promise ? await authorizing : authorizing;
      if (!authorization.ok) return unauthorized(note, built.request, rendered, log, authorization);
      const { signing } = work.connection.body.settings;
      const message = { id: keyOf(work), body: built.request.body ?? '', now: note.startedAt };
      const signature = signing === null ? unsigned : signMessage(signing, message);
      if (!signature.ok)
        return unauthorized(note, built.request, rendered, log, { kind: 'rejected', detail: signature.detail });
      const proofs = signing === null ? authorization.headers : [...signature.headers, ...authorization.headers];
      const request = withHeaders(built.request, proofs);
      const { settings } = work.connection.body;
      const { connectTimeoutMs, timeoutMs } = settings;
      const { outcomes } = work.destination.body.settings;
      const tellsItems = outcomes.length > 0 && readsItems(outcomes);
      const sent = { ...request, connectTimeoutMs, timeoutMs, ...routeOf(settings) };
      const outcome = await egress.send(tellsItems ? { ...sent, responseBytesMax: itemsBytesMax } : sent);
      const exchange = {
        outcome,
        auth: work.connection.body.auth,
        settings: work.destination.body.settings,
        isTokenFresh: authorization.fresh,
        isResend,
        waitedMs: work.waitedMs,
        now: clock.now(),
      };
      const judged = tellsItems || work.batch !== null ? judgeRecords(exchange, recordsOf(work)) : null;
      const each = work.batch === null ? null : (judged?.each ?? null);
      const verdict =
        judged === null ? judge(exchange) : work.batch === null ? (judged.each?.[0] ?? judged.whole) : judged.whole;
      const isRefresh = verdict.kind === 'auth_refused' && verdict.refresh;
      log.push(scrubAttempt(exchanged(note, request, outcome, verdict, authorization.tokenMs), scrub));
      if (verdict.kind === 'auth_refused') authenticator.refused(connection, authorization);
      if (!isRefresh) return { kind: 'judged', rendered, verdict, each, log };
    }
  }

  function noteOf(work: Work, log: readonly Attempt[]): Note {
    const number = work.number + log.length + 1;
    const batchId = work.batch === null ? null : newId('batch');
    return { work, number, startedAt: clock.now(), id: newId('attempt'), batchId, now: clock.now, scrub };
  }

  function tryBuild(work: Work, rendered: Rendered): BuiltRequest {
    try {
      return build(work, rendered);
    } catch (error) {
      if (!(error instanceof UnresolvedSecret)) throw error;
      return { ok: false, reason: 'blocked', detail: error.message };
    }
  }

  return { render, build: tryBuild, attempt };
}

/** A stored connection as authentication wants it; a change replaces the document. */
function authorizedOf(document: Document<ConnectionBody>): AuthorizedConnection {
  const known = authorized.get(document);
  if (known !== undefined) return known;
  const made = { id: document.id, version: document.version, ...document.body };
  authorized.set(document, made);
  return made;
}

const authorized = new WeakMap<Document<ConnectionBody>, AuthorizedConnection>();

/** Answers that tell of each record are long; what the log keeps of them is cut as usual. */
const itemsBytesMax = 1_048_576;
const keptBytesMax = 65_536;

function eventsOf({ batch, event }: Work): readonly Event[] {
  return batch === null ? (event === null ? [] : [event]) : batch;
}

function recordsOf(work: Work): readonly DataRecord[] {
  return work.data ?? eventsOf(work).map(work.plan.record);
}

function keyOf({ idempotencyKey, deliveryId }: Work): string {
  return idempotencyKey ?? deliveryId;
}

/** The longest way that any of its events has come. */
function hopsOf({ batch, event }: Work): string {
  if (batch === null) return nextHop(event);
  return String(batch.reduce((most, one) => Math.max(most, Number(nextHop(one))), 1));
}

function metaOf(work: Work): Meta {
  const { deliveryId, createdAt, action, destination } = work;
  return {
    deliveryId,
    idempotencyKey: keyOf(work),
    action: action === null ? null : { id: action.id, name: action.body.name },
    destination: { id: destination.id, name: destination.body.name },
    time: createdAt,
  };
}

type Note = {
  now(): number;
  scrub(text: string): string;
  work: Work;
  startedAt: number;
  number: number;
  id: string;
  batchId: string | null;
};

type End = Pick<Attempt, 'counted' | 'durationMs' | 'timings' | 'response' | 'error' | 'outcome'>;

/** A line of the attempt log. One literal: what is put together from parts costs several times as much to make. */
function attemptOf(note: Note, request: WebhookRequest | null, end: End): Attempt {
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
    request: request && {
      ...request,
      headers: maskHeaders(request.headers, work.connection.body, work.destination.body),
    },
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

const unsigned = { ok: true, headers: [] } as const;

function unauthorized(
  note: Note,
  request: WebhookRequest | null,
  rendered: Rendered,
  before: Attempt[],
  refusal: { kind: 'rejected' | 'temporary'; detail: string; retryAfterMs?: number | null },
): Attempted {
  const { kind, retryAfterMs = null } = refusal;
  const isRejected = kind === 'rejected';
  const detail = note.scrub(refusal.detail);
  const log = [...before, scrubAttempt(unsent(note, request, detail, isRejected), note.scrub)];
  return { kind: 'unauthorized', rendered, isRejected, detail, retryAfterMs, log };
}

function unsent(note: Note, request: WebhookRequest | null, detail: string, isRejected: boolean): Attempt {
  const spentMs = note.now() - note.startedAt;
  const none = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null };
  return attemptOf(note, request, {
    counted: !isRejected,
    durationMs: spentMs,
    timings: { ...none, queueMs: note.work.queuedMs, tokenMs: spentMs, totalMs: spentMs },
    response: null,
    error: { kind: 'auth', message: detail },
    outcome: isRejected ? 'held' : 'retry',
  });
}

function exchanged(
  note: Note,
  request: WebhookRequest,
  outcome: EgressOutcome,
  verdict: Verdict,
  tokenMs: number | null,
): Attempt {
  const { dnsMs, connectMs, tlsMs, firstByteMs, totalMs } = outcome.timings;
  return attemptOf(note, request, {
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
  const hide = echoMask([work.connection.body, work.destination.body], request.headers);
  return {
    status,
    headers: headers.map(([name, value]): [string, string] => [name, hide(value)]),
    body: hide(decoder.decode(body.length > keptBytesMax ? body.subarray(0, keptBytesMax) : body)),
    truncated: truncated || body.length > keptBytesMax,
  };
}

// Not fatal: a body that is no UTF-8 is shown with replacement characters.
const decoder = new TextDecoder();

/** Whether an exchange with this verdict uses up a step of the schedule. */
export function isCounted(verdict: Verdict): boolean {
  if (verdict.kind === 'retry') return verdict.counted;
  return verdict.kind !== 'auth_refused' && verdict.kind !== 'split';
}

function errorOf(outcome: EgressOutcome, verdict: Verdict): { kind: ErrorKind; message: string } | null {
  return outcome.kind === 'error' ? outcome.error : wordsOf(verdict);
}

/** What the log says about an answer that was not good. */
export function wordsOf(verdict: Verdict): Attempt['error'] {
  return verdict.kind === 'delivered' ? null : { kind: verdict.errorKind, message: verdict.detail };
}

export function outcomeOf(verdict: Verdict): Attempt['outcome'] {
  if (verdict.kind !== 'auth_refused') return verdict.kind;
  return verdict.refresh ? 'refreshed' : 'held';
}
