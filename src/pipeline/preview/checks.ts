import type { Clock } from '../../async/clock.ts';
import type { Compute } from '../../compute/compute.ts';
import type { Condition } from '../../contract/documents/condition.ts';
import type { ConditionCount, EventRef } from '../../contract/records/check.ts';
import type { Event } from '../../contract/records/event.ts';
import type { JournalLog } from '../../journal/journal.ts';
import type { Attempter } from '../attempt/attempter.ts';
import type { RenderEngine } from '../attempt/render.ts';
import { behaviorConditions } from '../snapshot/rule-compiler.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import { checkAction } from './check-action.ts';
import { type CheckContext, type JudgedEvent, newestEvents, refOf } from './check-context.ts';
import { checkDestination } from './check-destination.ts';
import { checkOutcomes } from './check-outcomes.ts';
import { type Draft, dryRenderOf, dryRenderWork } from './dry-render.ts';

/** A check returns the results that it has after this time. */
const checkMsMax = 10_000;
const examplesMax = 20;

/**
 * Tests of changes on the newest stored events, with the code of the live path; nothing is stored or sent. Drafts are
 * parsed and compile; unknown ids throw AppError `not_found`.
 */
export function createChecks(options: {
  configuration: Pick<Configuration, 'snapshot'>;
  log: Pick<JournalLog, 'search' | 'deliveries' | 'delivery'>;
  clock: Pick<Clock, 'now'>;
  attempter: Pick<Attempter, 'render' | 'build'>;
  engine: RenderEngine;
  compute: Pick<Compute, 'matches'>;
}) {
  const { configuration, log, clock, attempter, engine } = options;

  async function* judged(conditions: readonly Condition[], most: number): AsyncGenerator<JudgedEvent> {
    const behaviors = [...behaviorConditions(configuration.snapshot.documents.behavior.values())];
    const judge = async (events: Event[]) =>
      conditions.length === 0 ? [] : options.compute.matches({ conditions, behaviors, events });
    for await (const [event, holds = []] of newestEvents(log, { most, timeMs: checkMsMax }, judge))
      yield { event, holds };
  }

  function context(): CheckContext {
    const { snapshot } = configuration;
    const now = clock.now();
    return {
      snapshot,
      judged,
      // All renders of a check have the same time and id, so that only the change makes a difference.
      dryRenderOf: (course) => dryRenderOf(attempter, dryRenderWork(course, now, engine)),
    };
  }

  return {
    action: (action: Draft<'action'>, last: number) => checkAction(context(), action, last),
    destination: (destination: Draft<'destination'>, given: { actionId: string | null; last: number }) =>
      checkDestination(context(), destination, given),
    outcomes(destination: Draft<'destination'> & { id: string }, last: number) {
      const untilMs = clock.now() + checkMsMax;
      return checkOutcomes({ log, clock, snapshot: configuration.snapshot, untilMs }, destination, last);
    },
    async conditions(conditions: readonly Condition[], last: number): Promise<ConditionCount> {
      const counts = conditions.map(() => 0);
      const matching: EventRef[] = [];
      const other: EventRef[] = [];
      let checked = 0;
      for await (const { event, holds: all } of judged(conditions, last)) {
        checked += 1;
        for (const [index, holds] of all.entries()) {
          if (holds) counts[index] = (counts[index] ?? 0) + 1;
          const examples = holds ? matching : other;
          if (index === 0 && examples.length < examplesMax) examples.push(refOf(event));
        }
      }
      return { checked, counts, matching, other };
    },
  };
}
