import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock, settled } from '../../../test/support/fake-clock.ts';
import type { Settlement } from '../../journal/journal.ts';
import { dueDelivery, settlement } from '../../journal/journal-samples.testing.ts';
import { type Step, stepOf } from '../attempt/next-step.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import { InFlight } from './in-flight.ts';
import { MemoryBudget } from './memory-budget.ts';
import { ConnectionQueue, DestinationQueue } from './queues.ts';
import { type SendParts, sendOne } from './send.ts';
import { sendBatch } from './send-batch.ts';
import { SettlementWriter } from './settlement-writer.ts';

const lease = { partition: 0, owner: 'test', epoch: 1 };
const versions = { actionVersion: null, destinationVersion: 1 };
const limits = { records: 2, bytes: 1_000, waitMs: 0, key: null, bytesPerRecord: null };
/** Two of them fill the memory. */
const rendered = { path: '', headers: [], body: 'x'.repeat(70 * 1024 * 1024), isObject: false };

const delivered = (deliveryId: string): Step => ({
  ...stepOf(settlement(deliveryId, { status: 'delivered', attempts: 1 }), 1),
  health: 'good',
  sign: 'good',
  quota: { remaining: 0, resetMs: 1_000 },
});

/** Sends one delivery, or a batch of two, with parts of which some throw. */
async function send(count: 1 | 2, broken: Partial<SendParts>) {
  const clock = fakeClock();
  const queue = new DestinationQueue('dst_1', new ConnectionQueue('con_1'));
  const memory = new MemoryBudget(() => 1);
  const recorded: Settlement[] = [];
  const errors: string[] = [];
  const readAgain: number[] = [];
  const failed = (error: unknown) => errors.push(String(error));
  const journal = {
    mark: async () => true,
    async settle(_: unknown, some: readonly Settlement[]) {
      recorded.push(...some);
      return [];
    },
  };
  const inFlight = new InFlight({ journal, lease, clock, trialEnded() {}, failed });
  let requests = 0;
  const parts: SendParts = {
    holds: {
      byTraffic: new Map(),
      mostFail: () => null,
      async refuse() {},
      admit: async () => false,
      async trip() {},
      async postpone() {},
    },
    pauses: { begin() {} },
    clock,
    memory,
    inFlight,
    settlements: new SettlementWriter({ journal, lease, clock, isOver: () => false, failed }),
    replays: { freeAt: () => 0, paceOf: () => null },
    isOver: () => false,
    attempt: async ({ id }) => delivered(id),
    attemptBatch: async ({ members }) => ({
      shared: delivered(members[0]?.id ?? ''),
      settled: members.map((delivery) => ({ delivery, step: delivered(delivery.id), part: null })),
    }),
    configuration: { snapshot: {} as Configuration['snapshot'], change: fails, follow: fails, watch: () => fails }, // not used
    began: () => (requests += 1),
    ended: () => (requests -= 1),
    resume() {},
    refillAt: (_, at) => readAgain.push(at - clock.now()),
    isWell: () => false,
    probeAgain() {},
    recorded() {},
    events: { emit() {} },
    failed,
    ...broken,
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
  return { memory, inFlight, recorded, errors, readAgain, requests };
}

const fails = (): never => assert.fail('not used');

const broken = (): never => {
  throw new Error('broken');
};

for (const [part, isRecorded] of [
  [{ began: broken }, false],
  [{ ended: broken }, true],
  [{ pauses: { begin: broken } }, true],
  [{ resume: broken }, true],
  [{ events: { emit: broken } }, true],
] as [Partial<SendParts>, boolean][])
  for (const count of [1, 2] as const)
    test(`after an error in ${Object.keys(part)} no delivery of ${count} stays in flight or keeps its memory`, async () => {
      const { memory, inFlight, recorded, errors, readAgain } = await send(count, part);
      assert.deepEqual([inFlight.size, memory.isHeavy], [0, false]);
      assert.equal(recorded.length, isRecorded ? count : 0);
      // Without its outcome it is sent again; with it, the journal knows its next step.
      const isReadAgain = !isRecorded || 'events' in part || 'resume' in part;
      assert.deepEqual(readAgain, isReadAgain ? [1_000] : []);
      assert.deepEqual(errors, ['Error: broken']);
    });
