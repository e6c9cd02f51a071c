import type { Clock } from '../../async/clock.ts';
import { Rounds } from '../../async/rounds.ts';
import type { Audit } from '../../audit/audit.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Authenticator } from '../../connections/authenticator.ts';
import { deletedKeptMs } from '../../contract/documents/deleted.ts';
import type { Retention } from '../../contract/documents/settings.ts';
import { type Housekeeping, identityMemoryMs } from '../../journal/journal.ts';
import type { Notes } from '../../notes/notes.ts';
import type { RedactionPolicies } from '../attempt/redaction-policy.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import type { ConfirmedClock } from './confirmed-clock.ts';

const dayMs = 86_400_000;
/** Documents removed in one transaction. */
const purgedAtOnce = 50;

/** A step of retention gets the confirmed time. */
type Step = (at: number) => Promise<unknown>;

/**
 * Runs retention periodically: removes old finished data and deleted documents. `bodies` and `documents` are made below;
 * `limits`: the current limits of age and size.
 */
export function startRetention({
  housekeeping,
  audit,
  bodies,
  documents,
  limits,
  confirmed,
  doesJobs,
  clock,
  failed,
}: {
  housekeeping: Pick<Housekeeping, 'retain' | 'maintain'>;
  audit: Pick<Audit, 'prune'>;
  bodies: Step;
  documents: Step;
  limits(): Retention;
  confirmed: ConfirmedClock;
  /** Whether this node removes what is old, for all nodes. */
  doesJobs(): boolean;
  clock: Clock;
  failed(error: unknown, doing: string): void;
}) {
  const running = {
    /**
     * Whether the size limit is reached with nothing left to remove: intake is refused then. Other nodes hear it from the
     * journal, which refuses their events.
     */
    isFull: false,
    [Symbol.asyncDispose]: () => rounds[Symbol.asyncDispose](),
  };

  async function retain(at: number) {
    const { days, bytes: bytesMax } = limits();
    const ages = { before: at - days * dayMs, identitiesBefore: at - identityMemoryMs, now: clock.now() };
    running.isFull = (await housekeeping.retain({ ...ages, bytesMax })).full;
  }

  /** Removes whole days, since each run adds an entry. */
  async function prune(at: number) {
    await audit.prune(Math.floor((at - limits().auditDays * dayMs) / dayMs) * dayMs, clock.now());
  }

  /** A step that fails is repeated in the next round; the other steps still run. */
  const steps: Record<string, Step> = {
    'remove bodies': bodies,
    'remove old data': retain,
    'mark the visitors of events': () => housekeeping.maintain(),
    'prune the audit trail': prune,
    'remove deleted documents': documents,
  };
  const rounds = new Rounds(clock, async () => {
    const isOurs = doesJobs();
    const at = await (isOurs ? confirmed.next(clock.now()) : confirmed.follow()).catch((error) => {
      failed(error, 'confirm the time for retention');
      return null;
    });
    if (!isOurs) running.isFull = false;
    if (isOurs && at !== null)
      for (const [doing, step] of Object.entries(steps)) await step(at).catch((error) => failed(error, doing));
    return confirmed.roundMs;
  });
  rounds.request(confirmed.roundMs);
  return running;
}

/** Removes documents that can't be restored any more, with their secrets. */
export function documentRetention({
  catalog,
  authenticator,
}: {
  catalog: Pick<Catalog, 'purge'>;
  authenticator: Pick<Authenticator, 'forgetTokens'>;
}): Step {
  return async (at) => {
    for (;;) {
      const gone = await catalog.purge(at - deletedKeptMs, purgedAtOnce);
      for (const { kind, id } of gone) if (kind === 'connection') await authenticator.forgetTokens(id);
      if (gone.length < purgedAtOnce) return;
    }
  };
}

const noteName = 'bodies';

/**
 * Removes bodies whose time is over. When the body retention of a destination has changed, its finished deliveries get
 * the new time first. Deliveries of a deleted destination keep theirs.
 */
export function bodyRetention({
  configuration,
  housekeeping,
  notes,
  redaction,
}: {
  configuration: Configuration;
  housekeeping: Pick<Housekeeping, 'keepBodies' | 'forgetBodies'>;
  notes: Pick<Notes, 'load' | 'save'>;
  redaction: RedactionPolicies;
}): Step {
  return async (at) => {
    // Each time: another node may have done this since.
    const reported = new Map(JSON.parse((await notes.load(noteName)) ?? '[]') as [string, number][]); // saved below
    const { destination } = configuration.snapshot.documents;
    const wanted = new Map<string, number>();
    for (const one of destination.values()) {
      const ms = redaction(one)?.bodiesMs ?? null;
      if (ms !== null) wanted.set(one.id, ms);
    }
    const ids = new Set([...reported.keys(), ...wanted.keys()]);
    const changed = [...ids].filter((id) => reported.get(id) !== wanted.get(id));
    for (const id of changed) if (destination.has(id)) await housekeeping.keepBodies(id, wanted.get(id) ?? null);
    if (changed.length > 0) await notes.save({ name: noteName, text: JSON.stringify([...wanted]) });
    await housekeeping.forgetBodies(at);
  };
}
