import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openStorage } from '../../../test/support/storage.ts';
import { parseInfinity } from '../../intake/formats/infinity.ts';
import { attempt, claim, planned, rendered, settlement, start } from '../conformance/journal-samples.testing.ts';
import type { Journal, ReplayedDelivery, Replays } from '../journal.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', '10', '9', 'é', '\u2028', '"', '\\', '', '\ud800', '\ud800\udc00', 'toJSON'),
);
const event = fc.dictionary(
  text,
  fc.oneof(
    { maxDepth: 2 },
    text,
    fc.double({ noDefaultInfinity: true, noNaN: true }),
    fc.array(text, { maxLength: 3 }),
    fc.dictionary(text, text),
  ),
  { minKeys: 1, maxKeys: 6 },
);
/** Events as senders write them: with or without escapes, as one text for all. */
const request = fc
  .tuple(fc.array(event, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([events, isPadded]) => JSON.stringify({ events }, null, isPadded ? 1 : 0));

test('a journal with references to events has the same content as one with the bodies themselves', async () => {
  await fc.assert(
    fc.asyncProperty(request, fc.boolean(), async (body, isListed) => {
      assert.deepEqual(await story(body, isListed, true), await story(body, isListed, false));
    }),
    { numRuns: 150, seed: 20_260_301 },
  );
});

/** Everything that can be read of the deliveries of a request's events after each step of their life. */
async function story(body: string, isListed: boolean, isCopied: boolean): Promise<unknown[]> {
  await using storage = await openStorage();
  const { journal } = storage;
  const reception = { collectorId: 'col_1', receivedAt: new Date(start) };
  const parsed = parseInfinity(Buffer.from(body), reception);
  if (!parsed.ok) return [parsed.code];
  const { events } = parsed;
  const lease = await claim(journal, 0);
  const deliveries = events.map((_, index) => {
    const { eventId: _none, ...row } = planned({ dueAt: start });
    return { event: index, ...row };
  });
  const plan = { lease, deliveries, now: start };
  const request = { partition: 0, collectorId: 'col_1', receivedAt: start, events, plan };
  const { ids, planned: made } = await journal.hot.accept(request);
  const numbers = made ?? assert.fail();
  const requests = events.map(({ data }, i) => {
    const whole = rendered(JSON.stringify(isListed ? [data] : data));
    return isCopied ? { ...whole, copyOf: ids[i] ?? '' } : whole;
  });
  const seen: unknown[] = [];
  const look = async () => {
    const { due } = await journal.hot.due({ partition: 0, destinationId: 'dst_1', now: start, limit: 99 });
    seen.push(due.map((one) => ({ ...one, rendered: bare(one.rendered) })));
    for (const id of [...numbers, ...copies]) {
      const found = await journal.log.delivery(id);
      seen.push(found && { ...found, rendered: bare(found.rendered) });
    }
  };
  const copies: string[] = [];
  const settle = (number: number, step: Parameters<typeof settlement>[1]) =>
    journal.hot.settle(
      lease,
      numbers.map((id, i) => {
        const given = requests[i] ?? assert.fail();
        return settlement(id, { rendered: given, log: [attempt(number, { body: given.body })], ...step });
      }),
      start,
    );
  await settle(1, { status: 'retrying', dueAt: start });
  await look();
  await settle(2, { status: 'failed', bodiesUntil: start + 1 });
  await look();
  copies.push(...(await replayed(journal, numbers, ids)));
  await look();
  await journal.housekeeping.forgetBodies(start + 1);
  await look();
  return seen;
}

/** Replays every delivery with its body, the first one under the event of the last one. */
async function replayed(journal: Journal, made: readonly string[], ids: readonly string[]): Promise<string[]> {
  const id = 'rpl_1';
  const input = { of: 'deliveries' } as Parameters<Replays['create']>[0]['input']; // not read here
  const replay = {
    id,
    input,
    startedBy: 'ops',
    createdAt: start,
    upTo: null,
    partition: 0,
    total: made.length,
    planLeftOut: {},
  };
  await journal.log.replays.create(replay);
  await journal.log.replays.move(id, { from: ['planned'], to: 'running', now: start });
  const lease = await claim(journal, 0);
  const deliveries = made.map((source, i): ReplayedDelivery => {
    const { dueAt: _, test: _t, ...row } = planned({ eventId: (i === 0 ? ids.at(-1) : ids[i]) ?? null });
    return { ...row, replayOf: source, source, idempotencyKey: null, keepsBody: true };
  });
  const step = { id, from: null, to: 'a', isLast: true, deliveries, leftOut: {}, now: start };
  return ((await journal.log.replays.advance(lease, step)) ?? assert.fail()).ids;
}

function bare(request: { copyOf?: string } | null) {
  const { copyOf: _, ...rest } = request ?? {};
  return rest;
}
