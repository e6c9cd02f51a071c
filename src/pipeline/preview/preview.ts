import type { Clock } from '../../async/clock.ts';
import { secretsOf } from '../../connections/secret-fields.ts';
import { maskHeaders, type Scrubber, scrubRequest } from '../../connections/secret-redaction.ts';
import type { ActionBody } from '../../contract/documents/action.ts';
import { type DestinationBody, destinationInput, type Preview } from '../../contract/documents/destination.ts';
import { AppError, invalid } from '../../contract/errors.ts';
import type { Delivery, RenderResult } from '../../contract/records/delivery.ts';
import type { Event } from '../../contract/records/event.ts';
import type { PreviewInput, SampleInput } from '../../contract/records/sample.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Attempter } from '../attempt/attempter.ts';
import { redactedOrEmptied } from '../attempt/error-policy.ts';
import { redactor } from '../attempt/exchange-redaction.ts';
import { sendsTo } from '../attempt/mapping.ts';
import { finishTest, stepAfter } from '../attempt/next-step.ts';
import type { RedactionPolicies } from '../attempt/redaction-policy.ts';
import { planRender, type RenderEngine } from '../attempt/render.ts';
import type { Rendering } from '../attempt/rendered-output.ts';
import type { Work } from '../attempt/work.ts';
import { shownDelivery } from '../insight/shown-delivery.ts';
import { newDelivery } from '../new-delivery.ts';
import type { OwnedPartitions } from '../owned-partitions.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import { draftDestination, draftDocument, dryRenderWork } from './dry-render.ts';

type Options = {
  configuration: Configuration;
  journal: Pick<Journal, 'hot' | 'log'>;
  ownPartitions: Pick<OwnedPartitions, 'leaseOf'>;
  clock: Clock;
  attempter: Attempter;
  engine: RenderEngine;
  redaction: RedactionPolicies;
  random(): number;
  telemetry: Pick<Telemetry, 'failedOften'>;
  scrubber: Pick<Scrubber, 'scrub' | 'learn'>;
};

export type Previews = ReturnType<typeof createPreviews>;

/**
 * Previews and test sends, on the same path as deliveries. Inputs are parsed; unknown ids throw AppError `not_found`.
 * `draft` is `input.draft` merged into the stored destination and parsed, with its secrets; null: the stored
 * destination. With a `destinationId` of null the draft is complete.
 */
export function createPreviews(options: Options) {
  const { attempter, clock, engine } = options;
  const { scrub } = options.scrubber;
  const testing = new Set<string>();
  return {
    /** The deliveries of tests whose outcome is not recorded yet. */
    testing: (): Iterable<string> => testing,
    /**
     * The request that this sample would cause; nothing is sent. `actionDraft` replaces the stored action
     * `input.actionId`, or is used alone.
     */
    async preview(
      destinationId: string | null,
      input: PreviewInput,
      draft: DestinationBody | null,
      actionDraft: ActionBody | null = null,
    ): Promise<Preview> {
      const work = await prepare(options, destinationId, input, draft, actionDraft);
      const { destination, authorized, secretHeaders } = work.plan.to;
      const rendering = await attempter.render(work);
      const result = resultOf(rendering, destination.body.contentType);
      const warnings = mappingWarnings(work);
      if (rendering.kind !== 'rendered') return { request: null, result: scrubbed(result, scrub), warnings };
      const built = attempter.build(work, rendering.rendered);
      if (!built.ok) return { request: null, result: { kind: 'failed', reason: built.detail }, warnings };
      const headers = maskHeaders(built.request.headers, secretHeaders);
      const { type } = authorized.auth;
      warnings.push(
        ...batchWarnings(destination.body, work.data?.length ?? work.batch?.length ?? 1, rendering.rendered.body),
      );
      if (type !== 'none') warnings.push('Authentication is added when the request is sent.');
      const request = scrubRequest({ ...built.request, headers }, scrub);
      return { request, result: scrubbed(result, scrub), warnings };
    },

    /** Sends one real request, and returns the finished delivery with its attemptLog (marked `test`). Drafts as in a preview. */
    async testSend(
      destinationId: string,
      input: SampleInput,
      draft: DestinationBody | null,
      actionDraft: ActionBody | null = null,
    ): Promise<Delivery> {
      const work = await prepare(options, destinationId, input, draft, actionDraft);
      return sendTest(options, work, input.eventId ?? null, testing);
    },

    render: (input: RenderInput) => renderSample(input, { now: clock.now(), engine }),
  };
}

/** The delivery of a preview or a test. */
async function prepare(
  { configuration, journal, clock, engine, scrubber }: Options,
  id: string | null,
  input: PreviewInput,
  draft: DestinationBody | null,
  actionDraft: ActionBody | null,
): Promise<Work> {
  // A draft's secrets are sent without being stored, and can appear in the response.
  if (draft !== null) scrubber.learn(secretsOf(draft));
  const { snapshot } = configuration;
  const { tried: destination, connection } = draftDestination({ id, draft }, snapshot);
  const { actionId = null } = input;
  const isTried = actionId !== null || actionDraft !== null;
  const action = isTried ? draftDocument('action', { id: actionId, draft: actionDraft }, snapshot).tried : null;
  const now = clock.now();
  const event = await eventOf(input, journal.log, now);
  const batch = await batchOf(event, input, journal.log);
  return { ...dryRenderWork({ action, destination, connection }, now, engine), event, data: input.data ?? null, batch };
}

/** The events of a batch, `first` before those of `batchEventIds`; null: one alone. */
async function batchOf(
  first: Event | null,
  { batchEventIds: ids = [], eventId }: PreviewInput,
  log: Pick<Journal['log'], 'event'>,
): Promise<Event[] | null> {
  if (ids.length === 0) return null;
  if (first === null || eventId === undefined)
    throw invalid([{ pointer: '/batchEventIds', detail: 'Give eventId, the first event of the batch.' }]);
  return [first, ...(await Promise.all(ids.map((id) => storedEvent(id, log))))];
}

async function storedEvent(id: string, log: Pick<Journal['log'], 'event'>): Promise<Event> {
  const found = await log.event(id);
  if (found === null) throw new AppError('not_found', `There is no event ${id}.`);
  return found;
}

async function eventOf(input: SampleInput, log: Pick<Journal['log'], 'event'>, now: number): Promise<Event | null> {
  if (input.eventId !== undefined) return storedEvent(input.eventId, log);
  if (input.event !== undefined) return sampleEvent(input.event, now);
  if (input.data !== undefined) return null;
  throw invalid([{ pointer: '', detail: 'Give eventId, event or data.' }]);
}

/** Stores the delivery of a test, attempts it and records the outcome. The sender of a test sees all of its content. */
async function sendTest(options: Options, work: Work, eventId: string | null, testing: Set<string>): Promise<Delivery> {
  const { configuration, journal, clock, attempter, telemetry } = options;
  const { event, plan } = work;
  const { action, to } = plan;
  const { destination, connection, retry: policy } = to;
  const lease = options.ownPartitions.leaseOf(configuration.snapshot.partitions.get(connection.id) ?? 0);
  if (lease === null) throw new AppError('unavailable', 'Another node sends the deliveries of this connection.');
  const isStored = action !== null && configuration.snapshot.documents.action.has(action.id);
  const planned = {
    eventId,
    actionId: isStored ? action.id : null,
    actionVersion: isStored ? action.version : null,
    destinationId: destination.id,
    destinationVersion: destination.version,
    connectionId: connection.id,
    dueAt: null,
    test: true,
  };
  const ids = await journal.hot.plan(lease, { advance: null, deliveries: [planned], now: work.createdAt });
  const id = ids?.[0];
  if (id === undefined) throw new AppError('unavailable', 'Another process has taken over. Try again.');
  testing.add(id);
  using _ = { [Symbol.dispose]: () => void testing.delete(id) };
  const delivery = newDelivery(id, planned, eventId, event);
  const attempted = await attempter.attempt({
    ...work,
    deliveryId: id,
    idempotencyKey: id,
    createdAt: delivery.createdAt,
  });
  const now = clock.now();
  const step = finishTest(stepAfter(attempted, { delivery, policy, now, random: options.random }));
  const whole = { ...step, detail: step.detail ?? mappingWarnings(work)[0] ?? null };
  const present = configuration.snapshot.documents.destination.get(destination.id) ?? destination;
  const redaction = options.redaction(present);
  const events = event === null ? [] : [event];
  const settlement = redaction === null ? whole : redactedOrEmptied(redactor(redaction, events, now), telemetry)(whole);
  if ((await journal.hot.settle(lease, [settlement], now)) === false)
    throw new AppError(
      'unavailable',
      `The test was sent as ${id}, and its outcome is lost: another node has taken over.`,
    );
  const logged = await journal.log.delivery(id);
  // By retention, when the size limit leaves no room, or by an erasure of its visitor.
  if (logged === null)
    throw new AppError('not_found', `The test was sent as ${id}, and its record was removed before it could be read.`);
  const moment = { isSending: false, hold: null, block: null, order: null, now };
  return shownDelivery({ ...logged, attemptLog: whole.log }, moment);
}

function scrubbed(result: RenderResult, scrub: (text: string) => string): RenderResult {
  return result.kind === 'body' ? { ...result, body: scrub(result.body) } : { ...result, reason: scrub(result.reason) };
}

/** A warning of a preview or a test by an action without a mapping for the destination. Pure. */
function mappingWarnings({ data, plan: { action, to } }: Work): string[] {
  if (data !== null || action === null || sendsTo(action.body, to.destination.id)) return [];
  const why = 'does not send to this destination, so that it has no field mapping: the template gets the whole event.';
  return [`${action.body.name} ${why}`];
}

/** Warnings of a preview about batches, or about several records without batches. Pure. */
export function batchWarnings({ template, settings }: DestinationBody, records: number, body: string): string[] {
  const { batch } = settings;
  const warnings: string[] = [];
  if (batch.records === 1) {
    if (records > 1) warnings.push(`Without batching, a request has one record; this preview has ${records}.`);
    return warnings;
  }
  if (readsFirstAlone(template))
    warnings.push('The template reads only it.data[0]: the other records of a batch would not be sent.');
  if (records === 1) warnings.push(`Up to ${batch.records} records share a request; this preview has one.`);
  if (records > batch.records)
    warnings.push(`A request has ${batch.records} records at most; this preview has ${records}.`);
  if (records > 1 && Buffer.byteLength(body) > batch.bytes)
    warnings.push(`The body is longer than ${batch.bytes} bytes, so the batch would be sent in parts.`);
  return warnings;
}

/** Whether it reads the first record, and the list of records nowhere else. */
function readsFirstAlone(template: string): boolean {
  return /\bit\.data\s*\[\s*0\s*\]/.test(template) && !/\bit\.data(?!\s*\[\s*0\s*\])\b/.test(template);
}

/** The event of a preview or test, made from the request's input. Its id shows that it is not stored. */
export function sampleEvent(given: NonNullable<SampleInput['event']>, now: number): Event {
  const receivedAt = new Date(now).toISOString();
  return {
    id: 'evt_sample',
    name: given.name ?? null,
    visitorId: given.visitorId ?? null,
    anonymousId: null,
    sessionId: null,
    occurredAt: new Date(given.occurredAt ?? now).toISOString(),
    receivedAt,
    // Input values can be numbers or booleans; on a stored event they are strings.
    data: asText(given.data) as Event['data'], // asText maps an object to an object of the same keys
    ext: given.ext ?? {},
    session: given.session ?? {},
    source: { collectorId: 'sample', format: 'sample' },
  };
}

function asText(value: unknown): unknown {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, one]) => (one === null ? [] : [[key, asText(one)] as [string, unknown]])),
    );
  return JSON.stringify(value);
}

type RenderInput = {
  template: string;
  contentType: string;
  escape: 'auto' | 'json' | 'html' | 'url' | 'none';
  data: Record<string, unknown>[];
  events?: Record<string, unknown>[] | undefined;
  meta?: Record<string, unknown> | undefined;
};

/** Renders given records with a template that belongs to no destination. Without `meta` the time is `now`. */
export async function renderSample(
  { template, contentType, data, events, meta, escape: mode }: RenderInput,
  { now, engine }: { now: number; engine: RenderEngine },
): Promise<{ result: RenderResult; durationMs: number }> {
  const parsed = destinationInput.parse({ name: 'render', contentType });
  // The parsed defaults contain no secrets.
  const body = {
    ...(parsed as DestinationBody),
    template,
    settings: { ...parsed.settings, headers: [], escape: mode },
  };
  const plan = planRender(engine, null, { id: 'render', body });
  const destination = { id: 'render', name: 'render' };
  const own = { deliveryId: 'render', idempotencyKey: 'render', action: null, destination, time: now };
  const startedAt = performance.now();
  const rendering = await plan.render({ data, events: events ?? [], meta: { ...own, ...meta } });
  return { result: resultOf(rendering, contentType), durationMs: performance.now() - startedAt };
}

/** A rendering as the API returns it. */
function resultOf(rendering: Rendering, contentType: string): RenderResult {
  if (rendering.kind === 'rendered') return { kind: 'body', body: rendering.rendered.body, contentType };
  if (rendering.kind === 'skipped') return rendering;
  const { reason, line, column } = rendering;
  return { kind: 'failed', reason, ...(line === null ? {} : { line }), ...(column === null ? {} : { column }) };
}
