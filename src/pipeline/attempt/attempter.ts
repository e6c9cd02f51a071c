import type { Clock } from '../../async/clock.ts';
import type { Authenticator } from '../../connections/authenticator.ts';
import type { Unauthorized } from '../../connections/oauth/access-tokens.ts';
import { unresolvedSecret } from '../../connections/secret-fields.ts';
import { scrubAttempt } from '../../connections/secret-redaction.ts';
import { type Signature, signMessage } from '../../connections/signing.ts';
import type { NewId } from '../../contract/ids.ts';
import type { Attempt } from '../../contract/records/delivery.ts';
import type { Event } from '../../contract/records/event.ts';
import type { Rendered } from '../../contract/records/rendered.ts';
import { UnresolvedSecret } from '../../contract/secret.ts';
import { type Exchange, judge, type Verdict } from '../../destinations/judge.ts';
import { judgeRecords } from '../../destinations/judge-records.ts';
import { type BuiltRequest, nextHop, type WebhookRequest, withHeaders } from '../../destinations/webhook.ts';
import type { Egress, EgressOutcome, EgressRequest } from '../../egress/egress.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { AttemptTrace, TracedAttempt, Tracing } from '../../telemetry/tracing.ts';
import { exchanged, isCounted, type Note, outcomeOf, unsent, waitingForToken, withoutContent } from './attempt-log.ts';
import { detailOf, endOf, unjudged } from './error-policy.ts';
import { type DataRecord, MappingError } from './mapping.ts';
import type { Rendering } from './rendered-output.ts';
import { type Attempted, type Requests, Withheld, type Work } from './work.ts';

/** The progress of an attempt: the exchanges that are logged, and the one that may be in progress. */
type Progress = {
  log: Attempt[];
  startedAt: number;
  rendered: Rendered | null;
  /** The egress got the request of the exchange in progress. */
  isSent: boolean;
  /** The outcome of the exchange in progress. */
  outcome: EgressOutcome | null;
};

type Options = {
  egress: Egress;
  authenticator: Authenticator;
  clock: Pick<Clock, 'now'>;
  newId: NewId;
  telemetry: Pick<Telemetry, 'failedOften'>;
  /** Null: nothing is traced. */
  tracing?: Pick<Tracing, 'attempt'> | null;
  /** Removes live secrets from the stored part of an exchange. */
  scrub(text: string): string;
};

/** The only path by which previews, tests and deliveries make their requests. */
export class Attempter {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The rendered request; a stored one is not rendered again. Returns a promise only when the sandbox is needed. */
  render(work: Work): Rendering | Promise<Rendering> {
    if (work.rendered !== null) return { kind: 'rendered', rendered: work.rendered };
    const { plan, deliveryId, idempotencyKey, createdAt } = work;
    const events = eventsOf(work);
    const meta = { deliveryId, idempotencyKey, ...plan.names, time: createdAt };
    let data: readonly DataRecord[];
    try {
      data = work.data ?? events.map(plan.record);
    } catch (error) {
      if (!(error instanceof MappingError)) throw error;
      return this.#withoutSecrets({ kind: 'failed', reason: error.message, line: null, column: null });
    }
    const rendering = plan.render({ data, events, meta, dataText: work.dataText });
    return rendering instanceof Promise
      ? rendering.then((one) => this.#withoutSecrets(one))
      : this.#withoutSecrets(rendering);
  }

  /** The texts of a template's errors and skips are stored and shown. */
  #withoutSecrets(rendering: Rendering): Rendering {
    if (rendering.kind === 'rendered') return rendering;
    return { ...rendering, reason: this.#options.scrub(rendering.reason) };
  }

  /** The request before authentication, for previews. */
  build(work: Work, rendered: Rendered): BuiltRequest {
    try {
      return work.plan.to.build(rendered, work.idempotencyKey, hopsOf(work));
    } catch (error) {
      if (!(error instanceof UnresolvedSecret)) throw error;
      return { ok: false, reason: 'blocked', detail: error.message };
    }
  }

  /**
   * Renders (or takes the stored rendering), builds, signs, sends and judges. Rejects with `Withheld` alone: see error-policy.ts. One
   * function, since each asynchronous one more costs about 2 % of a delivery. `requests`: of a delivery; others are sent
   * regardless of rates.
   */
  async attempt(work: Work, requests?: Requests): Promise<Attempted> {
    const { authenticator, clock, egress, tracing = null } = this.#options;
    const { to } = work.plan;
    const trace = tracing === null || requests === undefined ? null : tracing.attempt(tracedOf(work));
    const log: Attempt[] = [];
    const progress: Progress = { log, startedAt: clock.now(), rendered: work.rendered, isSent: false, outcome: null };
    try {
      const awaited = this.render(work);
      const rendering = awaited instanceof Promise ? await awaited : awaited;
      if (rendering.kind !== 'rendered') return { kind: 'nothing', rendering };
      const { rendered } = rendering;
      progress.rendered = rendered;
      if (work.rendered === null) trace?.rendered();
      const built = to.build(rendered, work.idempotencyKey, hopsOf(work));
      if (!built.ok) return { kind: 'unbuilt', rendered, reason: built.reason, detail: built.detail, log };

      // A second time when a token is refused and refreshed.
      for (let isResend = false; ; isResend = true) {
        const note = this.#noteOf(work, log);
        progress.startedAt = note.startedAt;
        const authorizing = authenticator.authorize(to.authorized);
        const authorization = authorizing instanceof Promise ? await authorizing : authorizing;
        if (!authorization.ok) return this.#unauthorized(work, note, built.request, rendered, log, authorization);
        // Authorizing may have waited for a token.
        const signed = sign(work, built.request, clock);
        if (!signed.ok) {
          const refusal = { kind: 'rejected', detail: signed.detail } as const;
          return this.#unauthorized(work, note, built.request, rendered, log, refusal);
        }
        const authorized = withHeaders(withHeaders(built.request, signed.headers), authorization.headers);
        const request = trace === null ? authorized : continued(authorized, trace);
        const leaving = egressRequest(work, request, requests);
        progress.isSent = true;
        const outcome = await egress.send(leaving);
        if (requests?.isWithheld === true) throw new Withheld(log.length);
        progress.outcome = outcome;
        if (outcome.kind === 'response') trace?.received(outcome.status, null);
        else trace?.received(null, outcome.error.kind);
        const { verdict, each } = verdictOn(work, {
          outcome,
          auth: to.authorized.auth,
          settings: to.destination.body.settings,
          isTokenFresh: authorization.fresh,
          isResend,
          waitedMs: work.waitedMs,
          now: clock.now(),
        });
        log.push(this.#lineOf(work, note, request, outcome, verdict, authorization.tokenMs));
        progress.isSent = false;
        progress.outcome = null;
        if (verdict.kind === 'auth_refused') authenticator.refused(to.authorized, authorization);
        if (verdict.kind !== 'auth_refused' || !verdict.refresh)
          return { kind: 'judged', rendered, verdict, each, log };
        // Many tokens are refused together, and all of their requests again are more than a rate allows.
        if (requests !== undefined && !(await requests.again()))
          return this.#unauthorized(work, this.#noteOf(work, log), built.request, rendered, log, tokenRefused);
      }
    } catch (error) {
      if (error instanceof Withheld) throw error;
      return this.#errored(error, work, progress);
    } finally {
      trace?.ended(progress.log.at(-1)?.outcome ?? 'none');
    }
  }

  #errored(error: unknown, work: Work, { log, startedAt, rendered, isSent, outcome }: Progress): Attempted {
    const note = { ...this.#noteOf(work, log), startedAt };
    // A request is never sent without its secret. A secret of the connection holds the connection until a person corrects
    // it, as with refused credentials; one of the destination delays its deliveries alone, by the retry schedule.
    if (error instanceof UnresolvedSecret && rendered !== null) {
      const kind = unresolvedSecret(work.plan.to.destination.body) === null ? 'rejected' : 'temporary';
      return this.#unauthorized(work, note, null, rendered, log, { kind, detail: error.message });
    }
    this.#options.telemetry.failedOften(error, 'attempt a delivery');
    const detail = detailOf(error, isSent ? 'after the request was sent' : 'before the request was sent');
    const all = [...log, withoutContent(note, outcome, this.#options.clock.now(), endOf(detail))];
    if (rendered === null || !isSent) return { kind: 'errored', rendered, detail, log: all };
    return {
      kind: 'judged',
      rendered,
      verdict: unjudged(detail, work.plan.to.destination.body.settings),
      each: null,
      log: all,
    };
  }

  #unauthorized(
    { plan }: Work,
    note: Note,
    request: WebhookRequest | null,
    rendered: Rendered,
    before: Attempt[],
    given: Pick<Unauthorized, 'kind' | 'detail'> & { retryAfterMs?: number | null },
  ): Attempted {
    const { kind: refusal, retryAfterMs = null } = given;
    const said = this.#options.scrub(given.detail);
    const detail = refusal === 'waiting' && retryAfterMs !== null ? waitingForToken(said, retryAfterMs) : said;
    const line = unsent(note, plan.to, request, { detail, refusal, now: this.#options.clock.now() });
    const log = [...before, scrubAttempt(line, this.#options.scrub)];
    return { kind: 'unauthorized', rendered, refusal, detail, log };
  }

  #lineOf(
    { plan }: Work,
    note: Note,
    request: WebhookRequest,
    outcome: EgressOutcome,
    verdict: Verdict,
    tokenMs: number | null,
  ): Attempt {
    try {
      return scrubAttempt(exchanged(note, plan.to, request, outcome, verdict, tokenMs), this.#options.scrub);
    } catch (error) {
      this.#options.telemetry.failedOften(error, 'log an exchange');
      const message = detailOf(error, 'after the request was sent');
      const end = { counted: isCounted(verdict), outcome: outcomeOf(verdict) };
      const withError = { ...end, error: { kind: 'internal_error', message } } as const;
      return withoutContent(note, outcome, this.#options.clock.now(), withError);
    }
  }

  #noteOf({ batch, number, queuedMs, plan }: Work, log: readonly Attempt[]): Note {
    return {
      id: this.#options.newId('attempt'),
      number: number + log.length + 1,
      batchId: batch === null ? null : this.#options.newId('batch'),
      records: batch === null ? 1 : batch.length,
      queuedMs,
      startedAt: this.#options.clock.now(),
      versions: plan.versions,
    };
  }
}

/** A request with the headers by which the destination continues the trace, unless the destination sets its own. */
function continued(request: WebhookRequest, trace: AttemptTrace): WebhookRequest {
  const headers = trace.sending(request.method, request.url);
  const isOwn = request.headers.some(([name]) => name.toLowerCase() === 'traceparent');
  return isOwn ? request : withHeaders(request, headers);
}

function tracedOf(work: Work): TracedAttempt {
  const { destination, connection } = work.plan.to;
  const eventIds = eventsOf(work).map(({ id }) => id);
  const { deliveryId, number } = work;
  return { deliveryId, destinationId: destination.id, connectionId: connection.id, number, eventIds };
}

const tokenRefused = {
  kind: 'waiting',
  detail: 'The access token was refused. It is sent again with a new one, within the rate.',
} as const;

const unsigned: Signature = { ok: true, headers: [] };

function sign({ plan, idempotencyKey: id }: Work, { body }: WebhookRequest, { now }: Pick<Clock, 'now'>): Signature {
  const { signing } = plan.to.authorized.settings;
  return signing === null ? unsigned : signMessage(signing, { id, body: body ?? '', now: now() });
}

/** Responses with an item per record are long; the log stores them truncated as usual. */
const itemsBytesMax = 1_048_576;

/** The request for the egress, with route and timeouts. */
function egressRequest(
  { plan }: Work,
  { method, url, headers, body }: WebhookRequest,
  requests: Requests | undefined,
): EgressRequest {
  const { authorized, destination, readsItems } = plan.to;
  const { connectTimeoutMs, timeoutMs } = authorized.settings;
  const isOnce = destination.body.settings.onTimeout === 'hold';
  const onWritten = requests?.written;
  const mayWrite = requests?.mayWrite;
  const request = {
    method,
    url,
    headers,
    body,
    isOnce,
    connectTimeoutMs,
    timeoutMs,
    onWritten,
    mayWrite,
    ...authorized.route(),
  };
  return readsItems ? { ...request, responseBytesMax: itemsBytesMax } : request;
}

/** `each`: the verdict on each record of a batch, when they differ. */
function verdictOn(work: Work, exchange: Exchange): { verdict: Verdict; each: readonly Verdict[] | null } {
  const { batch, plan } = work;
  if (batch === null && !plan.to.readsItems) return { verdict: judge(exchange), each: null };
  const records: readonly DataRecord[] = work.data ?? eventsOf(work).map(plan.record);
  const { whole, each } = judgeRecords(exchange, records);
  return batch === null ? { verdict: each?.[0] ?? whole, each: null } : { verdict: whole, each };
}

function eventsOf({ batch, event }: Work): readonly Event[] {
  return batch ?? (event === null ? [] : [event]);
}

/** The most hops of any of its events. */
function hopsOf({ batch, event }: Work): string {
  if (batch === null) return nextHop(event);
  return String(batch.reduce((most, one) => Math.max(most, Number(nextHop(one))), 1));
}
