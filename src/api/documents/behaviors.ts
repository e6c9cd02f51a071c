import { type BehaviorBody, behaviorInput } from '../../contract/documents/behavior.ts';
import type { Condition } from '../../contract/documents/condition.ts';
import { behaviorsIn } from '../../contract/documents/condition-parts.ts';
import { namesCollector, parametersOfBehavior } from '../../contract/documents/parameter-uses.ts';
import { invalid } from '../../contract/errors.ts';
import type { Event } from '../../contract/records/event.ts';
import { sampleEvent } from '../../pipeline/preview/preview.ts';
import { behaviorConditions, behaviorsOf } from '../../pipeline/snapshot/rule-compiler.ts';
import type { Document, Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import { type Behaviors, compileCondition } from '../../rules/compile.ts';
import type { ApiParts, Call, Handlers } from '../call/call.ts';
import { requireStoredEvents } from '../call/stored-events.ts';
import type { Kind } from './document-kind.ts';
import { documentHandlers, documentsOf } from './documents.ts';
import { isStandard } from './reading.ts';
import { behaviorUserCounts, isInUse } from './references.ts';

/** Behaviors, their checks before saving, and tests of conditions on one event. */
export function behaviorHandlers(parts: ApiParts) {
  const behaviors = () => [...behaviorConditions(parts.pipeline.configuration.snapshot.documents.behavior.values())];
  const documents = documentsOf(behaviorKind, parts);
  return {
    ...documentHandlers('behavior', documents),
    async listBehaviors({ query }) {
      const { behaviorId, parameter, collectorId } = query;
      return documents.list(
        query,
        null,
        ({ id, body }, { documents }) =>
          (behaviorId === undefined || behaviorsIn(body.condition).includes(behaviorId)) &&
          (parameter === undefined || (parametersOfBehavior(body).has(parameter) && isInUse(id, documents))) &&
          (collectorId === undefined || namesCollector(body.condition, collectorId)),
      );
    },
    async countConditions({ body }) {
      const { conditions, last } = body();
      const problems = await parts.compute.conditionProblems({ conditions, behaviors: behaviors() });
      const errors = problems.flatMap((found, i) =>
        found.map(({ pointer, message }) => ({ pointer: `/conditions/${i}${pointer}`, detail: message })),
      );
      if (errors.length > 0) throw invalid(errors);
      return parts.pipeline.checks.conditions(conditions, last);
    },

    async checkCondition(call) {
      const { condition } = call.body();
      const given = { conditions: [condition], behaviors: behaviors() };
      const [problems = []] = await parts.compute.conditionProblems(given);
      if (problems.length > 0) throw refused(problems);
      const [explanation] = await parts.compute.explain({ ...given, event: await eventOf(call, parts) });
      if (explanation == null) throw new Error('a condition without problems was not explained');
      const { result, tree } = explanation;
      return { matched: result, explanation: tree };
    },
  } satisfies Partial<Handlers>;
}

async function eventOf({ body, may }: Call<'checkCondition'>, parts: ApiParts): Promise<Event> {
  const { eventId, event } = body();
  if (event !== undefined) return sampleEvent(event, parts.now());
  if (eventId === undefined) throw invalid([{ pointer: '', detail: 'Give eventId or event.' }]);
  // Conditions reveal the data of an event, one guess after the other.
  requireStoredEvents(may);
  const found = await parts.journal.log.event(eventId);
  if (found === null) throw invalid([{ pointer: '/eventId', detail: `There is no event ${eventId}.` }]);
  return found;
}

export const behaviorKind: Kind<'behavior'> = {
  kind: 'behavior',
  input: behaviorInput,
  wholes: ['condition'],
  check({ body, before, snapshot }) {
    const present = behaviorsOf(snapshot.documents);
    // Under its own id, so that a cycle through it is found; a new behavior can't be in a cycle.
    const id = before?.id ?? '';
    const conditions: Behaviors = { get: (other) => (other === id ? body : present.get(other)) };
    const compiled = compileCondition({ behavior: id }, conditions);
    if (!compiled.ok) throw refused(ownProblems(body.condition, conditions) ?? compiled.problems);
    if (before !== null) checkUsers(before.id, conditions, snapshot);
    return [];
  },
  shownWith: ({ id }, { documents }) => ({
    standard: isStandard(id),
    usedBy: behaviorUserCounts(documents).get(id) ?? 0,
  }),
};

type Problems = { pointer: string; message: string }[];

/** The problems of a condition with their own pointers, which the check through the behavior does not give. */
function ownProblems(condition: Condition, conditions: Behaviors): Problems | null {
  const compiled = compileCondition(condition, conditions);
  return compiled.ok ? null : compiled.problems;
}

/** Users that compiled before must compile with the changed behavior: limits and cycles also apply indirectly. */
function checkUsers(id: string, conditions: Behaviors, snapshot: Snapshot): void {
  const { action, behavior } = snapshot.documents;
  const present = behaviorsOf(snapshot.documents);
  const affected = usersAmong(id, behavior.values());
  for (const one of [...action.values(), ...behavior.values()]) {
    const condition = 'rules' in one.body ? one.body.rules : one.body.condition;
    const used = new Set(behaviorsIn(condition));
    if (one.id === id || !affected.some((behaviorId) => used.has(behaviorId))) continue;
    const compiled = compileCondition(condition, conditions);
    if (compiled.ok || !compileCondition(condition, present).ok) continue;
    const why = compiled.problems[0]?.message ?? '';
    const detail = `The ${one.kind} ${one.body.name} uses this behavior and would break: ${why}`;
    throw invalid([{ pointer: '/condition', detail }]);
  }
}

/** The behavior and all behaviors that use it, also indirectly. */
function usersAmong(id: string, behaviors: Iterable<Document<BehaviorBody>>): string[] {
  const all = [...behaviors];
  const found = new Set([id]);
  for (const used of found)
    for (const one of all) if (behaviorsIn(one.body.condition).includes(used)) found.add(one.id);
  return [...found];
}

function refused(problems: Problems) {
  return invalid(problems.map((one) => ({ pointer: `/condition${one.pointer}`, detail: one.message })));
}
