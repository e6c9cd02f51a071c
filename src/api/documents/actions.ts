import { type ActionBody, actionInput } from '../../contract/documents/action.ts';
import { behaviorsIn } from '../../contract/documents/condition-parts.ts';
import { namesCollector, parametersOfAction } from '../../contract/documents/parameter-uses.ts';
import { AppError, type FieldError, invalid } from '../../contract/errors.ts';
import { misfitText } from '../../pipeline/attempt/mapping.ts';
import { behaviorsOf } from '../../pipeline/snapshot/rule-compiler.ts';
import type { Document, Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import { compileCondition } from '../../rules/compile.ts';
import { typedValue } from '../../rules/typed-value.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import { withoutBodies } from '../call/payload-redaction.ts';
import { maySeeEvents } from '../call/stored-events.ts';
import type { Kind } from './document-kind.ts';
import { documentHandlers, documentsOf } from './documents.ts';
import { patched } from './patch.ts';
import { type Checked, checkPrograms, type Programs, withPrograms } from './templates.ts';

/** Actions, and their checks before saving. */
export function actionHandlers(parts: ApiParts) {
  const { checks } = parts.pipeline;
  const documents = documentsOf(actionKind, parts);

  const { stored, unsaved } = actionDrafts(parts);

  return {
    ...documentHandlers('action', documents),
    async listActions({ query }) {
      const { connectionId, destinationId, behaviorId, parameter, collectorId, holds } = query;
      return documents.list(query, null, ({ body }, snapshot) => {
        const ids = body.destinations.map((row) => row.destinationId);
        const isOff = (id: string) => {
          const to = snapshot.documents.destination.get(id)?.body;
          const over = snapshot.documents.connection.get(to?.connectionId ?? '')?.body;
          return to?.status !== 'enabled' || over?.status !== 'enabled';
        };
        const isConnected = (id: string) => snapshot.documents.destination.get(id)?.body.connectionId === connectionId;
        return (
          (destinationId === undefined || ids.includes(destinationId)) &&
          (connectionId === undefined || ids.some(isConnected)) &&
          (holds === undefined || (body.status === 'enabled' && ids.some(isOff)) === holds) &&
          (behaviorId === undefined || behaviorsIn(body.rules).includes(behaviorId)) &&
          (parameter === undefined || parametersOfAction(body).has(parameter)) &&
          (collectorId === undefined || namesCollector(body.rules, collectorId))
        );
      });
    },
    async checkAction({ params: { id }, body, may }) {
      const { draft, last } = body();
      const check = await checks.action({ id, draft: await stored(id, draft) }, last);
      return maySeeEvents(may) ? check : withoutBodies(check);
    },
    async checkUnsavedAction({ body, may }) {
      const { draft, last } = body();
      const check = await checks.action({ id: null, draft: await unsaved(draft) }, last);
      return maySeeEvents(may) ? check : withoutBodies(check);
    },
  } satisfies Partial<Handlers>;
}

/** Drafts of actions for checks: they must compile, but not be complete. */
export function actionDrafts(parts: ApiParts) {
  const { configuration } = parts.pipeline;
  const documents = documentsOf(actionKind, parts);

  async function draftOf(json: unknown, before: Document<ActionBody> | null): Promise<ActionBody> {
    const { body } = documents.parse(json, { before, parent: null });
    await withPrograms(parts.compute, (programs) =>
      checkContent(body, before?.body ?? null, configuration.snapshot, programs),
    );
    return body;
  }

  return {
    /** The draft applied to the stored action; null when there is none. */
    async stored(id: string, draft: Record<string, unknown> | undefined): Promise<ActionBody | null> {
      const before = documents.find(configuration.snapshot, id);
      return draft === undefined ? null : draftOf(patched(actionKind, before.body, draft), before);
    },
    /** A draft as an unsaved action; name and description are optional. */
    unsaved: (draft: Record<string, unknown>): Promise<ActionBody> => draftOf({ ...unnamed, ...draft }, null),
  };
}

/** Default texts of an unsaved action, because a template can read the name. */
const unnamed = { name: 'New action', description: 'New action' };

export const actionKind: Kind<'action'> = {
  kind: 'action',
  input: actionInput,
  wholes: ['rules'],
  check({ body, before, snapshot, programs, isImport = false }) {
    checkContent(body, before?.body ?? null, snapshot, programs);
    const { refused, warnings } = checkReferences(body, before?.body ?? null, snapshot);
    if (isImport) return [...warnings, ...refused.map(({ detail }) => `${detail} Its deliveries are held.`)];
    if (refused.length > 0) throw new AppError('destination_not_enabled', refused[0]?.detail, { errors: refused });
    return warnings;
  },
};

/** Throws AppError unless rules and expressions compile and every destination exists. */
function checkContent(body: ActionBody, before: ActionBody | null, snapshot: Snapshot, programs: Programs): void {
  const compiled = compileCondition(body.rules, behaviorsOf(snapshot.documents));
  if (!compiled.ok)
    throw invalid(compiled.problems.map((one) => ({ pointer: `/rules${one.pointer}`, detail: one.message })));
  checkFixedValues(body);
  checkPrograms(mappingsOf(body), before === null ? [] : mappingsOf(before), programs);
  const unknown = body.destinations.flatMap(({ destinationId }, i): FieldError[] => {
    if (snapshot.documents.destination.has(destinationId)) return [];
    const detail = `There is no destination ${destinationId}.`;
    return [{ pointer: `/destinations/${i}/destinationId`, detail, code: 'unknown_destination' }];
  });
  if (unknown.length > 0) throw invalid(unknown);
}

/** Throws AppError unless each fixed value fits its type, since every delivery would fail otherwise. */
function checkFixedValues({ destinations }: ActionBody): void {
  const wrong = destinations.flatMap(({ mapping }, i) =>
    mapping.flatMap((line, j): FieldError[] => {
      if (!('value' in line)) return [];
      const typed = typedValue(line.value, line.as ?? 'text');
      if (typed.ok) return [];
      const detail = `${misfitText(line, typed.misfit).replace(/^the/, 'The')}.`;
      return [{ pointer: `/destinations/${i}/mapping/${j}/value`, detail }];
    }),
  );
  if (wrong.length > 0) throw invalid(wrong);
}

/** Expressions of all rows. The destination's template is checked with the destination. */
function mappingsOf(body: ActionBody): Checked[] {
  return body.destinations.flatMap(({ mapping }, i): Checked[] => {
    const expressions = mapping.flatMap((line) => ('expression' in line ? [line] : []));
    if (expressions.length === 0) return [];
    const empty = { template: '', contentType: 'application/json', path: '', headers: [] };
    const pointerOf = (part: string) => {
      const field = part.replace(/^mapping field /, '');
      return `/destinations/${i}/mapping/${mapping.findIndex((line) => line.field === field)}/expression`;
    };
    return [{ input: { ...empty, escape: 'auto', mapping: expressions }, pointerOf }];
  });
}

/**
 * A reference to a disabled or paused destination (or one with such a connection) is refused when it is new, or when the
 * action is being enabled; otherwise it only gives a warning.
 */
function checkReferences(
  body: ActionBody,
  before: ActionBody | null,
  snapshot: Snapshot,
): { refused: FieldError[]; warnings: string[] } {
  const { destination, connection } = snapshot.documents;
  const refused: FieldError[] = [];
  const warnings: string[] = [];
  for (const [i, { destinationId }] of body.destinations.entries()) {
    const pointer = `/destinations/${i}/destinationId`;
    const found = destination.get(destinationId);
    if (found === undefined) continue;
    const of = connection.get(found.body.connectionId);
    if (found.body.status === 'enabled' && of?.body.status === 'enabled') continue;
    const status = found.body.status === 'enabled' ? of?.body.status : found.body.status;
    const subject = found.body.status === 'enabled' ? `The connection of the destination` : `The destination`;
    const detail = `${subject} ${of?.body.name ?? '?'}/${found.body.name} is ${status ?? 'missing'}.`;
    const isNew = before?.destinations.some((row) => row.destinationId === destinationId) !== true;
    const isEnabled = body.status === 'enabled' && before?.status !== 'enabled';
    if (isNew || isEnabled) refused.push({ pointer, detail, code: 'destination_not_enabled' });
    else warnings.push(detail);
  }
  return { refused, warnings };
}
