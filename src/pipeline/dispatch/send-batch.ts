import { pause } from '../../async/clock.ts';
import type { DueDelivery } from '../../journal/journal.ts';
import type { GiveBack, GroupStep } from '../attempt/attempt-batch.ts';
import type { Group } from './batch-assembly.ts';
import type { DestinationQueue } from './destination-queue.ts';
import { retryMs, type SenderParts } from './send-one.ts';
import { asSettled } from './short-retries.ts';

/**
 * Sends a group in one exchange, which counts once for budget, concurrency and breaker. What was refused as a whole goes
 * back to its place in the queue, bound to its part, so that gates and budgets hold for the parts as for anything else.
 */
export function createGroupSender(
  options: SenderParts & { attemptGroup(group: Group, giveBack: GiveBack): Promise<GroupStep> },
): (queue: DestinationQueue, group: Group) => Promise<void> {
  const { clock, memory, wire, spending, conclusion, resume } = options;
  let lastPart = 0;

  return async (queue, group) => {
    const departed = { startedAt: clock.now(), isProbe: false, spills: queue.spills };
    options.count(queue, 1);
    for (const delivery of group.members) wire.enter(queue, delivery);
    options.left(queue, departed.startedAt);

    /** `isRefused`: nothing of the group is on the wire any more. */
    const goOn = (members: readonly DueDelivery[], isPart: boolean, isRefused: boolean) => {
      for (const delivery of members) wire.leave(queue, delivery);
      // What was forgotten meanwhile, since something about it changed, is read again as it is now; and what has to wait for
      // others of its order key that are sent now.
      const part = isPart ? ++lastPart : null;
      const mayStay = ({ orderKey }: DueDelivery) =>
        queue.spills === departed.spills && (orderKey === undefined || isRefused);
      memory.takeBack(queue, members.filter(mayStay), part);
      for (const delivery of members) if (!mayStay(delivery)) forget(delivery);
    };
    const forget = (delivery: DueDelivery) => {
      memory.release(queue, delivery);
      queue.hasMore = true;
    };

    const back = new Set<DueDelivery>();
    let done: GroupStep | null = null;
    try {
      wire.markSoon();
      done = await options.attemptGroup(group, (members, isPart) => {
        for (const delivery of members) back.add(delivery);
        goOn(members, isPart, false);
        resume(queue);
      });
    } catch (error) {
      options.failed(error, 'attempt a batch');
      await pause(clock, retryMs);
    }
    options.count(queue, -1);
    spending.settle(queue, done?.shared?.settlement.log ?? [], clock.now());
    if (done === null) {
      for (const delivery of group.members)
        if (!back.has(delivery)) {
          wire.leave(queue, delivery);
          forget(delivery);
        }
      return options.finished(queue);
    }
    if (done.shared !== null) await conclusion.learn(queue, done.shared, departed);
    resume(queue);
    await Promise.all(
      done.settled.map(({ delivery, step, part }) => conclusion.record(queue, delivery, step, departed, part !== null)),
    );
    for (const { delivery, part } of done.settled) {
      if (part !== null) continue;
      wire.leave(queue, delivery);
      memory.release(queue, delivery);
    }
    const parts = Map.groupBy(
      done.settled.filter(({ part }) => part !== null),
      ({ part }) => part,
    );
    for (const members of [...parts.values()].toReversed())
      goOn(
        members.map(({ delivery, step }) => asSettled(delivery, step.settlement)),
        true,
        true,
      );
    if (queue.replay !== null) options.makeReady(queue.replay.live);
    options.finished(queue);
  };
}
