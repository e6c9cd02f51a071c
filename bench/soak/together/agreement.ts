import type { Delivery } from '../../../src/contract/records/delivery.ts';
import type { Fault } from './fault.ts';
import type { History } from './history.ts';
import { isUnfinished, type Look, statuses } from './look.ts';

/** What all lists, figures and statistics must say at a moment when nothing moves: the same. Pure. */
export function agreement(look: Look, history: History): Fault[] {
  return [...lists(look), ...held(look), ...metrics(look), ...replays(look), ...statistics(look, history)];
}

function lists({ deliveries, listed, histogram }: Look): Fault[] {
  const faults: Fault[] = [];
  for (const status of statuses) {
    const own = deliveries.filter((one) => one.status === status);
    const missing = own.filter(({ id }) => !listed[status].has(id));
    if (missing.length > 0 || listed[status].size !== own.length)
      faults.push({
        guarantee: 'lists agree',
        sentence: `${own.length} deliveries are ${status}, and the list with that filter has ${listed[status].size}.`,
        about: missing.map(({ id }) => id),
      });
    const counted = histogram[status] ?? 0;
    if (counted !== own.length)
      faults.push({
        guarantee: 'histogram agrees',
        sentence: `${own.length} deliveries are ${status}, and the histogram counts ${counted}.`,
        about: [],
      });
  }
  return faults;
}

function held({ deliveries, health, metrics }: Look): Fault[] {
  const faults: Fault[] = [];
  for (const [id, { held: shown }] of health) {
    const own = deliveries.filter((one) => one.connectionId === id && one.status === 'held');
    const measured = metrics.get(`millrace_connection_held{connection="${id}"}`) ?? 0;
    const about = own.slice(0, 1).map((one) => one.id);
    const reasons = JSON.stringify(countBy(own.map(({ reason }) => reason ?? 'none')));
    if (shown !== own.length)
      faults.push({
        guarantee: 'held counts agree',
        sentence: `${own.length} deliveries of ${id} are held (${reasons}), and its health says ${shown}.`,
        about,
      });
    if (measured !== own.length)
      faults.push({
        guarantee: 'held counts agree',
        sentence: `${own.length} deliveries of ${id} are held (${reasons}), and millrace_connection_held is ${measured}.`,
        about,
      });
  }
  return faults;
}

function metrics({ deliveries, metrics: samples }: Look): Fault[] {
  const open = deliveries.filter(({ status, test }) => isUnfinished(status) && !test).length;
  const expected = {
    millrace_deliveries_unfinished: open,
    millrace_deliveries_in_flight: 0,
    millrace_failures_total: 0,
  };
  return Object.entries(expected).flatMap(([name, value]) => {
    const measured = samples.get(name);
    if (measured === value) return [];
    const guarantee = name === 'millrace_failures_total' ? 'no internal error' : 'metrics agree';
    return [{ guarantee, sentence: `${name} is ${measured}; ${value} would be right.`, about: [] }];
  });
}

/** An erasure removes deliveries of replays. */
function replays({ deliveries, replays: all, erasures }: Look): Fault[] {
  const ofReplay = Map.groupBy(deliveries, (one) => one.replayId);
  return all.flatMap(({ id, state, progress }) => {
    const { total, done, failed, skipped, held: onHold, retrying, waiting, cancelled, leftOut } = progress;
    const faults: Fault[] = [];
    const sum = done + failed + skipped + onHold + retrying + waiting + cancelled;
    const text = `${id} (${state}) says ${JSON.stringify(progress)}`;
    if (sum !== total)
      faults.push({ guarantee: "a replay's progress adds up", sentence: `${text}: the sum is ${sum}.`, about: [id] });
    if (erasures.length > 0) return faults;
    const own = countBy((ofReplay.get(id) ?? []).map(({ status }) => status));
    const left = leftOut.reduce((count, one) => count + one.count, 0);
    const expected = {
      done: own.delivered ?? 0,
      failed: own.failed ?? 0,
      skipped: (own.skipped ?? 0) + left,
      held: own.held ?? 0,
      cancelled: own.cancelled ?? 0,
    };
    for (const [name, count] of Object.entries(expected))
      if (progress[name as keyof typeof expected] !== count)
        // its own keys
        faults.push({
          guarantee: "a replay's progress agrees",
          sentence: `${text}: ${count} are ${name}.`,
          about: [id],
        });
    return faults;
  });
}

/** A kill loses the last seconds of statistics; a clock that was set back leaves some in times to come. */
function statistics({ deliveries, stats, erasures, audit }: Look, { lives, sent, clockShifts }: History): Fault[] {
  if (lives.some(({ by }) => by === 'SIGKILL') || clockShifts.length > 0) return [];
  const faults: Fault[] = [];
  const check = (what: string, counted: number, expected: number) => {
    if (counted !== expected)
      faults.push({
        guarantee: 'statistics agree',
        sentence: `Statistics count ${counted} ${what}; ${expected} would be right.`,
        about: [],
      });
  };
  const own = deliveries.filter(({ test }) => !test);
  const stored = sent.flatMap(({ ids }) => ids ?? []).length;
  const possible = sent.flatMap(({ numbers }) => numbers).length;
  if (stats.received < stored || stats.received > possible) check('received events', stats.received, stored);
  check('events that fired an action or none', stats.matched + stats.unmatched, stats.received);
  if (erasures.length > 0) return faults;
  check('created deliveries', stats.created, own.length);
  const ended = (status: Delivery['status']) =>
    own.filter((one) => one.status === status).length + audit.filter((one) => isRetryOf(one, status)).length;
  check('delivered deliveries', stats.delivered, ended('delivered'));
  check('skipped deliveries', stats.skipped, ended('skipped'));
  // A delivery that was cancelled in flight and arrived was reopened by that, and counts as both.
  const corrected = deliveries.filter(({ id, status }) => status === 'delivered' && wasCancelled(id, audit)).length;
  const retried = audit.filter((one) => finished.some((status) => isRetryOf(one, status))).length;
  const more = stats.reopened - retried;
  if (more < corrected) check('reopened deliveries', stats.reopened, retried + corrected);
  check('failed and cancelled deliveries', stats.failed + stats.cancelled, ended('failed') + ended('cancelled') + more);
  if (stats.failed < ended('failed')) check('failed deliveries', stats.failed, ended('failed'));
  if (stats.cancelled < ended('cancelled')) check('cancelled deliveries', stats.cancelled, ended('cancelled'));
  return faults;
}

const finished = ['delivered', 'failed', 'skipped', 'cancelled'] as const;

/** A person retried a finished delivery. */
const isRetryOf = (one: Look['audit'][number], status: Delivery['status']) =>
  one.act === 'retry' && one.result === 'done' && wasBefore(one, status);

/** The last that a person did with it. */
const wasCancelled = (id: string, audit: Look['audit']) =>
  audit.findLast((one) => one.id === id && one.result === 'done')?.act === 'cancel';

const wasBefore = ({ changes }: Look['audit'][number], status: Delivery['status']) =>
  changes.some(({ pointer, before }) => pointer === '/status' && before === status);

function countBy(some: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of some) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}
