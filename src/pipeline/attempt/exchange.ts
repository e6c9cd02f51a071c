import type { Clock } from '../../async/clock.ts';
import type { Authenticator, AuthorizedConnection, Unauthorized } from '../../connections/authenticator.ts';
import { type Signature, signMessage } from '../../connections/signing.ts';
import { routeOf } from '../../connections/tls-and-proxy.ts';
import type { ConnectionBody } from '../../contract/documents/connection.ts';
import type { NewId } from '../../contract/ids.ts';
import type { Attempt } from '../../contract/records/delivery.ts';
import { type Event, nextHop } from '../../contract/records/event.ts';
import { UnresolvedSecret } from '../../contract/secret.ts';
import { readsItems } from '../../destinations/item-match.ts';
import { type Exchange, judge, judgeRecords, type Verdict } from '../../destinations/judge.ts';
import { type BuiltRequest, buildRequest, type WebhookRequest, withHeaders } from '../../destinations/webhook.ts';
import type { Egress, EgressOutcome, EgressRequest } from '../../egress/egress.ts';
import type { Rendered } from '../../journal/journal.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { scrubAttempt } from '../privacy/header-redaction.ts';
import type { Document } from '../snapshot/snapshot.ts';
import { exchanged, isCounted, type Note, outcomeOf, unsent, waitingForToken, withoutContent } from './attempt-log.ts';
import { detailOf, endOf, unjudged } from './error-policy.ts';
import type { DataRecord } from './field-mapping.ts';
import type { Meta, Rendering } from './render.ts';
import type { Attempted, Work } from './work.ts';

export type Attempter = {
  render(work: Work): Rendering | Promise<Rendering>;
  /** The request before authentication, for previews. */
  build(work: Work, rendered: Rendered): BuiltRequest;
  /** Renders (or takes the stored rendering), builds, signs, sends and judges. Never rejects: see error-policy.ts. */
  attempt(work: Work): Promise<Attempted>;
};

/** The only path by which previews, tests and deliveries make their requests. */
export function createAttempter(options: {
  egress: Egress;
  authenticator: Authenticator;
  clock: Clock;
  newId: NewId;
  telemetry: Pick<Telemetry, 'failedOften'>;
  /** Removes live secrets from the stored part of an exchange. */
  scrub(text: string): string;
}): Attempter {
  const { egress, authenticator, clock, newId, telemetry, scrub } = options;

  function render(work: Work): Rendering | Promise<Rendering> {
    if (work.rendered !== null) return { kind: 'rendered', rendered: work.rendered };
    const events = eventsOf(work);
    return work.plan.render({ data: work.data ?? events.map(work.plan.record), events, meta: metaOf(work) });
  }

  function build(work: Work, rendered: Rendered): BuiltRequest {
    const { connection, destination } = work;
    return buildRequest({
      connection: connection.body,
      destination: destination.body,
      rendered,
      idempotencyKey: keyOf(work),
      hops: hopsOf(work),
    });
  }

  async function attempt(work: Work): Promise<Attempted> {
    const log: Attempt[] = [];
    const progress: Progress = { startedAt: clock.now(), rendered: work.rendered, isSent: false, outcome: null };
    try {
      const awaited = render(work);
      const rendering = awaited instanceof Promise ? await awaited : awaited;
      if (rendering.kind !== 'rendered') return { kind: 'nothing', rendering };
      progress.rendered = rendering.rendered;
      return await exchange(work, rendering.rendered, log, progress);
    } catch (error) {
      const { rendered } = progress;
      // A request is never sent without its secret: the delivery is held until a person corrects it, as with refused
      // credentials.
      if (error instanceof UnresolvedSecret && rendered !== null)
        return unauthorized(noteOf(work, log), null, rendered, log, { kind: 'rejected', detail: error.message });
      telemetry.failedOften(error, 'attempt a delivery');
      return errored(error, work, log, progress);
    }
  }

  function errored(error: unknown, work: Work, log: Attempt[], progress: Progress): Attempted {
    const { startedAt, rendered, isSent, outcome } = progress;
    const detail = detailOf(error, isSent ? 'after the request was sent' : 'before the request was sent');
    const all = [...log, withoutContent({ ...noteOf(work, log), startedAt }, outcome, endOf(detail))];
    if (rendered === null || !isSent) return { kind: 'errored', rendered, detail, log: all };
    return { kind: 'judged', rendered, verdict: unjudged(detail), each: null, log: all };
  }

  async function exchange(work: Work, rendered: Rendered, log: Attempt[], progress: Progress): Promise<Attempted> {
    const built = build(work, rendered);
    if (!built.ok) return { kind: 'unbuilt', rendered, reason: built.reason, detail: built.detail, log };

    const connection = authorizedOf(work.connection);
    for (let isResend = false; ; isResend = true) {
      const note = noteOf(work, log);
      progress.startedAt = note.startedAt;
      const authorizing = authenticator.authorize(connection);
      const authorization = authorizing instanceof Promise ? await authorizing : authorizing;
      if (!authorization.ok) return unauthorized(note, built.request, rendered, log, authorization);
      const signed = sign(work, built.request, note.startedAt);
      if (!signed.ok)
        return unauthorized(note, built.request, rendered, log, { kind: 'rejected', detail: signed.detail });
      const request = withHeaders(built.request, [...signed.headers, ...authorization.headers]);
      const leave = leaving(work, request);
      progress.isSent = true;
      const outcome = await egress.send(leave);
      progress.outcome = outcome;
      const { verdict, each } = verdictOn(work, {
        outcome,
        auth: work.connection.body.auth,
        settings: work.destination.body.settings,
        isTokenFresh: authorization.fresh,
        isResend,
        waitedMs: work.waitedMs,
        now: clock.now(),
      });
      log.push(lineOf(note, request, outcome, verdict, authorization.tokenMs));
      progress.isSent = false;
      progress.outcome = null;
      if (verdict.kind === 'auth_refused') authenticator.refused(connection, authorization);
      if (verdict.kind !== 'auth_refused' || !verdict.refresh) return { kind: 'judged', rendered, verdict, each, log };
    }
  }

  function lineOf(
    note: Note,
    request: WebhookRequest,
    outcome: EgressOutcome,
    verdict: Verdict,
    tokenMs: number | null,
  ): Attempt {
    try {
      return scrubAttempt(exchanged(note, request, outcome, verdict, tokenMs), scrub);
    } catch (error) {
      telemetry.failedOften(error, 'log an exchange');
      const message = detailOf(error, 'after the request was sent');
      const end = { counted: isCounted(verdict), outcome: outcomeOf(verdict) };
      return withoutContent(note, outcome, { ...end, error: { kind: 'internal_error', message } });
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

/** The progress of an attempt. `isSent`: the egress got its request, which is not in the log yet. */
type Progress = {
  startedAt: number;
  rendered: Rendered | null;
  isSent: boolean;
  outcome: EgressOutcome | null;
};

/** A stored connection in the form of the authenticator; a change replaces the document. */
function authorizedOf(document: Document<ConnectionBody>): AuthorizedConnection {
  const known = authorized.get(document);
  if (known !== undefined) return known;
  const made = { id: document.id, version: document.version, ...document.body };
  authorized.set(document, made);
  return made;
}

const authorized = new WeakMap<Document<ConnectionBody>, AuthorizedConnection>();

const unsigned: Signature = { ok: true, headers: [] };

function sign(work: Work, request: WebhookRequest, now: number): Signature {
  const { signing } = work.connection.body.settings;
  return signing === null ? unsigned : signMessage(signing, { id: keyOf(work), body: request.body ?? '', now });
}

/** The request for the egress, with route and timeouts. */
function leaving(work: Work, { method, url, headers, body }: WebhookRequest): EgressRequest {
  const { settings } = work.connection.body;
  const { connectTimeoutMs, timeoutMs } = settings;
  const sent = { method, url, headers, body, connectTimeoutMs, timeoutMs, ...routeOf(settings) };
  return tellsItems(work) ? { ...sent, responseBytesMax: itemsBytesMax } : sent;
}

/** `each`: the verdict on each record of a batch, when they differ. */
function verdictOn(work: Work, exchange: Exchange): { verdict: Verdict; each: readonly Verdict[] | null } {
  if (work.batch === null && !tellsItems(work)) return { verdict: judge(exchange), each: null };
  const { whole, each } = judgeRecords(exchange, recordsOf(work));
  return work.batch === null ? { verdict: each?.[0] ?? whole, each: null } : { verdict: whole, each };
}

function tellsItems({ destination }: Work): boolean {
  return readsItems(destination.body.settings.outcomes);
}

/** Responses with an item per record are long; the log stores them truncated as usual. */
const itemsBytesMax = 1_048_576;

function eventsOf({ batch, event }: Work): readonly Event[] {
  return batch === null ? (event === null ? [] : [event]) : batch;
}

function recordsOf(work: Work): readonly DataRecord[] {
  return work.data ?? eventsOf(work).map(work.plan.record);
}

function keyOf({ idempotencyKey, deliveryId }: Work): string {
  return idempotencyKey ?? deliveryId;
}

/** The most hops of any of its events. */
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

function unauthorized(
  note: Note,
  request: WebhookRequest | null,
  rendered: Rendered,
  before: Attempt[],
  given: Pick<Unauthorized, 'kind' | 'detail'> & { retryAfterMs?: number | null },
): Attempted {
  const { kind: refusal, retryAfterMs = null } = given;
  const said = note.scrub(given.detail);
  const detail = refusal === 'waiting' && retryAfterMs !== null ? waitingForToken(said, retryAfterMs) : said;
  const log = [...before, scrubAttempt(unsent(note, request, detail, refusal), note.scrub)];
  return { kind: 'unauthorized', rendered, refusal, detail, retryAfterMs, log };
}
