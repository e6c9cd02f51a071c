import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock, settled } from '../../../test/support/fake-clock.ts';
import { dueDelivery, settlement } from '../../journal/conformance/journal-samples.testing.ts';
import type { DueDelivery, Settlement } from '../../journal/journal.ts';
import { type Step, stepOf } from '../attempt/next-step.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import { sendBatch } from './batches/send-batch.ts';
import { ConnectionQueue, DestinationQueue } from './destination-queue.ts';
import { InFlight, Trials } from './in-flight.ts';
import { MemoryBudget } from './memory-budget.ts';
import { OpenRequests, RequestsAtOnce } from './open-requests.ts';
import { Outcomes } from './outcomes.ts';
import { Recording } from './recording.ts';
import { sendOne } from './send.ts';
import { SettlementWriter, UnrecordedOutcomes } from './settlement-writer.ts';

const lease = { partition: 0, owner: 'test', epoch: 1 };
const versions = { actionVersion: null, destinationVersion: 1 };
const limits = { records: 2, bytes: 1_000, waitMs: 0, key: null, bytesPerRecord: null };
/** Two of them fill the memory. */
const rendered = { path: '', headers: [], body: 'x'.repeat(70 * 1024 * 1024), isObject: false };

const delivered = (deliveryId: string): Step => ({
  ...stepOf(settlement(deliveryId, { status: 'delivered', attempts: 1 }), 1),
  health: 'good',
  peerSignal: 'good',
  quota: { remaining: 0, resetMs: 1_000 },
});

const configuration = { snapshot: {}, change: () => assert.fail('not used') } as unknown as Configuration; // not used

/** Where something throws. */
type Broken = 'clock' | 'requestEnded' | 'pauses' | 'resume' | 'events';

/** Sends one delivery, or a batch of two, with parts of which one throws. */
async function send(count: 1 | 2, brokenPart: Broken) {
  const clock = fakeClock();
  const queue = new DestinationQueue('dst_1', new ConnectionQueue('con_1'));
  const memory = new MemoryBudget();
  const recorded: Settlement[] = [];
  const errors: string[] = [];
  const readAgain: boolean[] = [];
  const failed = (error: unknown) => errors.push(String(error));
  const orBroken = <Call>(part: Broken, call: Call) => (part === brokenPart ? broken : call);
  const journal = {
    mark: async () => true,
    async settle(_: unknown, some: readonly Settlement[]) {
      recorded.push(...some);
      return [];
    },
  };
  const inFlight = new InFlight({ journal, lease, clock, trials: new Trials(), failed });
  const replayRates = { freeAt: () => 0, isKept: () => true, paceOf: () => null };
  const requests = new OpenRequests({
    all: new RequestsAtOnce(10),
    inFlight,
    clock: { ...clock, now: orBroken('clock', clock.now) },
    replayRates,
  });
  const resume = orBroken('resume', () => {});
  const outcomes = new Outcomes({
    holds: {
      byTraffic: new Map(),
      mostFail: () => null,
      async refuse() {},
      admit: async () => false,
      async trip() {},
      async postpone() {},
    },
    pauses: { begin: orBroken('pauses', () => {}) },
    configuration,
    clock,
    isWell: () => false,
    failed,
  });
  const recording = new Recording({
    settlements: new SettlementWriter({
      unrecorded: new UnrecordedOutcomes(),
      journal,
      lease,
      clock,
      isOver: () => false,
      failed,
    }),
    events: { emit: orBroken('events', () => {}) },
    clock,
    memory,
    refill: { refillAt() {} },
    resume,
  });
  const parts = {
    attempts: {
      one: async ({ id }: { id: string }) => delivered(id),
      batch: async ({ members }: { members: DueDelivery[] }) => ({
        shared: delivered(members[0]?.id ?? ''),
        settled: members.map((delivery) => ({ delivery, step: delivered(delivery.id), part: null })),
      }),
    },
    requests,
    inFlight,
    memory,
    outcomes,
    recording,
    loop: {
      clock,
      requestEnded: orBroken('requestEnded', () => {}),
      resume,
      recorded: (_: unknown, isDone: boolean) => readAgain.push(!isDone),
      probeAgain() {},
      isOver: () => false,
      failed,
    },
  };
  for (let n = 0; n < 2; n++) memory.add(queue, dueDelivery({ id: `dlv_${n}`, rendered }));
  const [one, other] = queue.waiting;
  assert.ok(one && other);
  if (count === 1) {
    memory.take(one);
    await sendOne(parts, one, null);
  } else {
    memory.takeBatch(queue, [one, other]);
    await sendBatch(parts, queue, { members: [one, other], versions, limits });
  }
  await settled();
  return { memory, inFlight, recorded, errors, readAgain };
}

const broken = (): never => {
  throw new Error('broken');
};

for (const [part, isRecorded] of [
  ['clock', false],
  ['requestEnded', true],
  ['pauses', true],
  ['resume', true],
  ['events', true],
] as const)
  for (const count of [1, 2] as const)
    test(`after an error in ${part} no delivery of ${count} stays in flight or keeps its memory`, async () => {
      const { memory, inFlight, recorded, errors, readAgain } = await send(count, part);
      assert.deepEqual([inFlight.size, memory.isHeavy], [0, false]);
      assert.equal(recorded.length, isRecorded ? count : 0);
      // Without its outcome it is sent again; with it, the journal knows its next step.
      const isReadAgain = !isRecorded || part === 'events' || part === 'resume';
      assert.deepEqual(readAgain, [isReadAgain]);
      assert.deepEqual(errors, ['Error: broken']);
    });
