import type { Clock } from '../../async/clock.ts';
import { Rounds } from '../../async/rounds.ts';
import type { Audit } from '../../audit/audit.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Authenticator } from '../../connections/authenticator.ts';
import { deletedKeptMs } from '../../contract/documents/deleted.ts';
import type { Retention } from '../../contract/documents/settings.ts';
import { identityMemoryMs, type Journal } from '../../journal/journal.ts';
import type { Notes } from '../../notes/notes.ts';
import type { Holds } from '../dispatch/holds.ts';
import type { RedactionPolicies } from '../privacy.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import { confirmedClock } from './confirmed-clock.ts';

const dayMs = 86_400_000;
/** Documents removed in one transaction. */
const purgedAtOnce = 50;

/**
 * Runs retention periodically: removes old finished data and deleted documents, and expires deliveries that were held
 * longer than their connection allows.
 */
export function startRetention(
  options: Omit<Parameters<typeof startHoldExpiry>[0], 'log'> & {
    journal: Pick<Journal, 'housekeeping' | 'log'>;
    notes: Pick<Notes, 'load' | 'save'>;
    audit: Pick<Audit, 'prune'>;
    catalog: Pick<Catalog, 'purge'>;
    authenticator: Pick<Authenticator, 'forgetRefreshToken'>;
    /** The current limits of age and size. */
    retention(): Retention;
    redaction: RedactionPolicies;
  },
) {
  const { journal, audit, clock, everyMs } = options;
  const stack = new AsyncDisposableStack();
  const confirmed = confirmedClock(options.notes, everyMs);
  const running = {
    /** The time by which old data is removed; null until it is known. */
    confirmedNow: confirmed.last,
    /** Whether the size limit is reached with nothing left to remove: intake is refused then. */
    isFull: false,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };

  async function retain(at: number) {
    const { days, bytes } = options.retention();
    const limits = { before: at - days * dayMs, identitiesBefore: at - identityMemoryMs, now: clock.now() };
    running.isFull = (await journal.housekeeping.retain({ ...limits, bytesMax: bytes })).full;
  }

  /** Removes whole days, since each run adds an entry. */
  async function prune(at: number) {
    await audit.prune(Math.floor((at - options.retention().auditDays * dayMs) / dayMs) * dayMs, clock.now());
  }

  /** Removes documents that can't be restored any more, with their secrets. */
  async function purge(at: number) {
    for (;;) {
      const gone = await options.catalog.purge(at - deletedKeptMs, purgedAtOnce);
      for (const { kind, id } of gone) if (kind === 'connection') await options.authenticator.forgetRefreshToken(id);
      if (gone.length < purgedAtOnce) return;
    }
  }

  /** Each gets the confirmed time. A step that fails is repeated in the next round; the other steps still run. */
  const steps = {
    'remove bodies': bodyRetention(options),
    'remove old data': retain,
    'mark the visitors of events': () => journal.housekeeping.maintain(),
    'prune the audit trail': prune,
    'remove deleted documents': purge,
  };
  const rounds = new Rounds(clock, async () => {
    const at = await confirmed.next(clock.now()).catch((error) => {
      options.failed(error, 'confirm the time for retention');
      return null;
    });
    if (at !== null)
      for (const [doing, step] of Object.entries(steps)) await step(at).catch((error) => options.failed(error, doing));
    return everyMs;
  });
  rounds.request(everyMs);
  stack.use(rounds);
  stack.use(startHoldExpiry({ ...options, log: journal.log }));
  return running;
}

type BodyOptions = Pick<Parameters<typeof startRetention>[0], 'configuration' | 'journal' | 'notes' | 'redaction'>;
const noteName = 'bodies';

/**
 * Removes bodies whose time is over. When the body retention of a destination has changed, its finished deliveries get
 * the new time first. Deliveries of a deleted destination keep theirs.
 */
function bodyRetention({ configuration, journal, notes, redaction }: BodyOptions): (at: number) => Promise<void> {
  const { housekeeping } = journal;
  let reported: ReadonlyMap<string, number> | null = null;

  return async (at) => {
    reported ??= new Map(JSON.parse((await notes.load(noteName)) ?? '[]') as [string, number][]); // saved below
    const { destination } = configuration.snapshot.documents;
    const wanted = new Map<string, number>();
    for (const one of destination.values()) {
      const ms = redaction(one)?.bodiesMs ?? null;
      if (ms !== null) wanted.set(one.id, ms);
    }
    const ids = new Set([...reported.keys(), ...wanted.keys()]);
    const changed = [...ids].filter((id) => reported?.get(id) !== wanted.get(id));
    for (const id of changed) if (destination.has(id)) await housekeeping.keepBodies(id, wanted.get(id) ?? null);
    if (changed.length > 0) await notes.save(noteName, JSON.stringify([...wanted]));
    reported = wanted;
    await housekeeping.forgetBodies(at);
  };
}

const everyLeastMs = 1_000;

/**
 * Fails deliveries that were held for longer than their connection allows, at most 2 % late or a second, and no later
 * than after `everyMs`.
 */
function startHoldExpiry(options: {
  configuration: Configuration;
  holds: Pick<Holds, 'closed' | 'watch'>;
  log: Pick<Journal['log'], 'expire'>;
  clock: Clock;
  everyMs: number;
  /** The deliveries of a destination that are in flight, or whose outcome is not recorded yet. */
  sendingTo(destinationId: string): readonly string[];
  /** `amount` deliveries were held for too long and are failed now. */
  expired(of: { destinationId: string; connectionId: string; actionId: string | null }, amount: number): void;
  failed(error: unknown, doing: string): void;
}): AsyncDisposable {
  const { configuration, holds, log, clock, everyMs } = options;

  /** Destinations that are on hold and whose held deliveries expire. */
  function expiring() {
    const { documents } = configuration.snapshot;
    return [...holds.closed.keys()].flatMap((destinationId) => {
      const connectionId = documents.destination.get(destinationId)?.body.connectionId ?? '';
      const ageMs = documents.connection.get(connectionId)?.body.settings.heldMaxAgeMs ?? null;
      return ageMs === null ? [] : [{ destinationId, connectionId, ageMs }];
    });
  }

  function nextMs(): number | null {
    const shortestMs = Math.min(...expiring().map(({ ageMs }) => ageMs));
    return Number.isFinite(shortestMs) ? Math.min(everyMs, Math.max(everyLeastMs, shortestMs / 50)) : null;
  }

  async function expire(): Promise<void> {
    const now = clock.now();
    for (const { destinationId, connectionId, ageMs } of expiring()) {
      const query = { destinationId, createdBefore: now - ageMs, now, except: options.sendingTo(destinationId) };
      for (const { actionId, count } of await log.expire(query))
        options.expired({ destinationId, connectionId, actionId }, count);
    }
  }

  const rounds = new Rounds(clock, async () => {
    await expire().catch((error) => options.failed(error, 'expire held deliveries'));
    return nextMs();
  });
  function plan() {
    const ms = nextMs();
    if (ms !== null) rounds.request(ms);
  }
  holds.watch(plan);
  plan();
  return rounds;
}
