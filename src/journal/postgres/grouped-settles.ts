import { AppError } from '../../contract/errors.ts';
import type { Settlement } from '../deliveries.ts';
import type { Overtaken } from '../hot.ts';
import type { Lease } from '../leases.ts';

type Settled = readonly Overtaken[] | false;
type Settle = (lease: Lease, settlements: readonly Settlement[], now: number) => Promise<Settled>;
type Call = PromiseWithResolvers<Settled> & { settlements: readonly Settlement[]; now: number };
type Group = { calls: Call[]; count: number; characters: number; timer: NodeJS.Timeout };

/** How long a settle waits for others, in ms, as in embedded mode. */
const waitMs = 10;
/** With so many outcomes, or so many characters in their bodies, a settle does not wait. */
const countMax = 64;
const charactersMax = 262_144;

/**
 * Settles under one lease that come within 10 ms are one, since most of what a small one costs is its commit. When that fails
 * although the database is there, each is tried alone, so that what can't be written does not stop the others. Those of an order key,
 * for which the next delivery waits, are written at once, together with the others of that time.
 */
export function groupedSettles(settle: Settle): Settle {
  const groups = new Map<string, Group>();

  async function end(lease: Lease): Promise<void> {
    const key = keyOf(lease);
    const group = groups.get(key);
    if (group === undefined) return;
    groups.delete(key);
    clearTimeout(group.timer);
    const { calls } = group;
    const alone = (call: Call) => settle(lease, call.settlements, call.now).then(call.resolve, call.reject);
    const [first, second] = calls;
    if (first !== undefined && second === undefined) return alone(first);
    const all = calls.flatMap(({ settlements }) => settlements);
    const now = Math.max(...calls.map((call) => call.now));
    try {
      const settled = await settle(lease, all, now);
      for (const call of calls) call.resolve(settled && ofCall(call, settled));
    } catch (error) {
      if (error instanceof AppError) for (const call of calls) call.reject(error);
      else for (const call of calls) await alone(call);
    }
  }

  return (lease, settlements, now) => {
    const key = keyOf(lease);
    let group = groups.get(key);
    if (group === undefined) {
      group = { calls: [], count: 0, characters: 0, timer: setTimeout(() => void end(lease), waitMs) };
      groups.set(key, group);
    }
    const call = { ...Promise.withResolvers<Settled>(), settlements, now };
    group.calls.push(call);
    group.count += settlements.length;
    for (const one of settlements) group.characters += charactersOf(one);
    const isAwaited = settlements.some((one) => one.isOrdered);
    if (isAwaited || group.count >= countMax || group.characters >= charactersMax) void end(lease);
    return call.promise;
  };
}

const keyOf = ({ partition, epoch }: Lease): string => `${partition} ${epoch}`;

function ofCall({ settlements }: Call, overtaken: readonly Overtaken[]): readonly Overtaken[] {
  if (overtaken.length === 0) return overtaken;
  const ids = new Set(settlements.map(({ deliveryId }) => deliveryId));
  return overtaken.filter(({ deliveryId }) => ids.has(deliveryId));
}

const charactersOf = ({ rendered, log }: Settlement): number =>
  log.reduce((sum, { response }) => sum + (response?.body?.length ?? 0), rendered?.body.length ?? 0);
