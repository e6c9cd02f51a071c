import type { Clock } from '../../async/clock.ts';
import { secretsOf } from '../../connections/secret-fields.ts';
import type { ActionBody } from '../../contract/documents/action.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import { AppError } from '../../contract/errors.ts';
import type { Delivery, RenderResult } from '../../contract/records/delivery.ts';
import type { SampleInput } from '../../contract/records/sample.ts';
import type { Preview } from '../../contract/routes/documents/destinations.ts';
import type { Journal, Lease } from '../../journal/journal.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { newDelivery } from '../accept/new-delivery.ts';
import { dryRenderWork } from '../attempt/dry-render.ts';
import { redactedOrEmptied } from '../attempt/error-policy.ts';
import type { Attempter } from '../attempt/exchange.ts';
import { finishTest, stepAfter } from '../attempt/next-step.ts';
import type { RenderEngine } from '../attempt/render.ts';
import type { Work } from '../attempt/work.ts';
import { shownDelivery } from '../insight/shown-delivery.ts';
import { type RedactionPolicies, redactor } from '../privacy/exchange-redaction.ts';
import { maskHeaders, scrubRequest } from '../privacy/header-redaction.ts';
import type { Configuration, Scrubber } from '../snapshot/snapshot.ts';
import { batchWarnings } from './batch-warnings.ts';
import { draftDocument } from './draft.ts';
import { type RenderInput, renderSample, resultOf } from './render-sample.ts';
import { sampleEvent } from './sample-event.ts';

/**
 * Previews and test sends, on the same path as deliveries. Inputs are parsed; unknown ids throw AppError `not_found`.
 * `draft` is `input.draft` merged into the stored destination and parsed, with its secrets; null: the stored
 * destination. With a `destinationId` of null the draft is complete. `actionDraft` replaces the stored action
 * `input.actionId`, or is used alone.
 */
interface Previews {
  /** The request that this sample would cause; nothing is sent. */
  preview(
    destinationId: string | null,
    input: SampleInput,
    draft: DestinationBody | null,
    actionDraft?: ActionBody | null,
  ): Promise<Preview>;
  /** Sends one real request, and returns the finished delivery with its attemptLog (marked `test`). */
  testSend(destinationId: string, input: SampleInput, draft: DestinationBody | null): Promise<Delivery>;
  render(input: RenderInput): Promise<{ result: RenderResult; durationMs: number }>;
}

export function createPreviews(options: {
  configuration: Configuration;
  journal: Pick<Journal, 'matching' | 'deliveries' | 'log'>;
  lease: Lease;
  clock: Clock;
  attempter: Attempter;
  engine: RenderEngine;
  redaction: RedactionPolicies;
  random(): number;
  telemetry: Pick<Telemetry, 'failedOften'>;
  scrubber: Scrubber;
}): Previews {
  const { configuration, journal, lease, clock, attempter, telemetry, scrubber } = options;
  const { scrub } = scrubber;

  async function prepare(
    id: string | null,
    input: SampleInput,
    draft: DestinationBody | null,
    actionDraft: ActionBody | null = null,
  ): Promise<Work> {
    // A draft's secrets are sent without being stored, and can appear in the response.
    if (draft !== null) scrubber.learn(secretsOf(draft));
    const { snapshot } = configuration;
    const { documents } = snapshot;
    const { tried: destination } = draftDocument('destination', { id, draft }, snapshot);
    const { connectionId } = destination.body;
    const connection = documents.connection.get(connectionId);
    if (connection === undefined) throw new AppError('not_found', `There is no connection ${connectionId}.`);
    const isTried = input.actionId !== undefined || actionDraft !== null;
    const action = isTried
      ? draftDocument('action', { id: input.actionId ?? null, draft: actionDraft }, snapshot).tried
      : null;
    const now = clock.now();
    const event = await eventOf(input, now);
    const work = dryRenderWork({ action, destination, connection }, now, options.engine);
    return { ...work, event, data: input.data ?? null };
  }

  async function eventOf(input: SampleInput, now: number) {
    if (input.eventId !== undefined) {
      const found = await journal.log.event(input.eventId);
      if (found === null) throw new AppError('not_found', `There is no event ${input.eventId}.`);
      return found;
    }
    if (input.event !== undefined) return sampleEvent(input.event, now);
    if (input.data !== undefined) return null;
    throw new AppError('invalid_value', 'Give eventId, event or data.', {
      errors: [{ pointer: '', detail: 'One of eventId, event and data is needed.' }],
    });
  }

  function scrubResult(result: RenderResult): RenderResult {
    return result.kind === 'body'
      ? { ...result, body: scrub(result.body) }
      : { ...result, reason: scrub(result.reason) };
  }

  return {
    async preview(destinationId, input, draft, actionDraft) {
      const work = await prepare(destinationId, input, draft, actionDraft);
      const rendering = await attempter.render(work);
      const result = scrubResult(resultOf(rendering, work.destination.body.contentType));
      if (rendering.kind !== 'rendered') return { request: null, result, warnings: [] };
      const built = attempter.build(work, rendering.rendered);
      if (!built.ok) return { request: null, result: { kind: 'failed', reason: built.detail }, warnings: [] };
      const headers = maskHeaders(built.request.headers, work.connection.body, work.destination.body);
      const { type } = work.connection.body.auth;
      const records = work.data?.length ?? 1;
      const warnings = batchWarnings(work.destination.body, records, rendering.rendered.body);
      if (type !== 'none') warnings.push(`Authentication (${type}) is added when the request is sent.`);
      return { request: scrubRequest({ ...built.request, headers }, scrub), result, warnings };
    },

    async testSend(destinationId, input, draft) {
      const work = await prepare(destinationId, input, draft);
      const { action, destination, connection, event } = work;
      const planned = {
        eventId: input.eventId ?? null,
        actionId: action?.id ?? null,
        actionVersion: action?.version ?? null,
        destinationId,
        destinationVersion: destination.version,
        connectionId: connection.id,
        dueAt: null,
        test: true,
      };
      const ids = await journal.matching.plan(lease, { advance: null, deliveries: [planned], now: work.createdAt });
      const deliveryId = ids?.[0];
      if (deliveryId === undefined) throw new AppError('unavailable', 'Another process has taken over. Try again.');
      const delivery = newDelivery({ id: deliveryId, planned, eventId: planned.eventId, event });
      const attempted = await attempter.attempt({ ...work, deliveryId, createdAt: delivery.createdAt });
      const policy = destination.body.settings.retry ?? connection.body.settings.retry;
      const now = clock.now();
      const whole = finishTest(stepAfter(attempted, { delivery, policy, now, random: options.random }));
      const redaction = options.redaction(
        configuration.snapshot.documents.destination.get(destinationId) ?? destination,
      );
      const events = event === null ? [] : [event];
      const settlement =
        redaction === null ? whole : redactedOrEmptied(redactor(redaction, events, now), telemetry)(whole);
      await journal.deliveries.settle(lease, [settlement], now);
      const logged = await journal.log.delivery(deliveryId);
      if (logged === null) throw new AppError('internal', undefined, { internal: `test ${deliveryId} was not stored` });
      // The sender of a test sees all of its content, whatever the redaction of stored exchanges.
      return shownDelivery(
        { ...logged, attemptLog: whole.log },
        { isSending: false, closed: null, block: null, order: null, now },
      );
    },

    render: (input) => renderSample(input, { now: clock.now(), engine: options.engine }),
  };
}
