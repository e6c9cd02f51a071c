import { mapInSteps } from '../../async/steps.ts';
import { documentInputs } from '../../contract/documents/document-inputs.ts';
import type { ImportStep, TransferDocument } from '../../contract/documents/transfer.ts';
import { rightOf, type TransferKind, transferKinds } from '../../contract/documents/transfer-kinds.ts';
import { AppError, invalid } from '../../contract/errors.ts';
import { foldName } from '../../contract/fold-name.ts';
import type { Document, Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import type { ApiParts, Call, Handlers } from '../call/call.ts';
import { fileBody, type Item, importPlanner, type PlannedStep } from './import-plan.ts';
import { isStandard } from './reading.ts';
import { namedBehaviors } from './references.ts';
import { exportSecrets } from './secret-fields.ts';
import { type Programs, withPrograms } from './templates.ts';

/** Export of documents to files, and import from them. */
export function transferHandlers(parts: ApiParts) {
  const { configuration } = parts.pipeline;
  const plan = importPlanner(parts);

  return {
    async exportConfiguration({ query, may }) {
      const { snapshot } = configuration;
      const wanted = query.id && new Set(query.id);
      const isWanted = ({ id, body }: Document<object>) =>
        wanted === undefined || wanted.has(id) || ('connectionId' in body && wanted.has(String(body.connectionId)));
      const kinds = transferKinds.filter((kind) => query.kind?.includes(kind) ?? may(rightOf(kind, 'view')));
      requireRights(kinds, 'view', may);
      const documents: ReturnType<typeof exported>[] = [];
      for (const kind of kinds) {
        const all: Iterable<Document<{ name: string }>> = snapshot.documents[kind].values();
        const chosen = Array.from(all).filter((one) => isWanted(one) && (wanted !== undefined || !isStandard(one.id)));
        const made = await mapInSteps(chosen, (one) => exported(kind, one, snapshot));
        documents.push(...made.toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)));
      }
      return { documents };
    },

    async importConfiguration(call) {
      const { documents, dryRun, partial } = call.body();
      requireRights(new Set(documents.map(({ kind }) => kind)), 'manage', call.may);
      const items = inOrder(documents.map(itemOf));
      let steps: PlannedStep[] = [];
      const build = async (base: Snapshot, programs: Programs) => {
        const planned = await plan(items, call, { base, programs });
        steps = planned.steps;
        return planned.changes;
      };
      await withPrograms(parts.compute, async (programs) => {
        if (dryRun) await build(configuration.snapshot, programs);
        else
          await configuration.change(call.author, async (base) => {
            const changes = await build(base, programs);
            if (!partial) requireNoProblems(steps);
            return changes;
          });
      });
      return { steps: steps.map((step) => shownStep(step, { isPlan: dryRun })) };
    },
  } satisfies Partial<Handlers>;
}

/** Throws AppError `forbidden` unless the caller has the right for each kind. */
export function requireRights(kinds: Iterable<TransferKind>, need: 'view' | 'manage', may: Call['may']): void {
  const missing = new Set(Array.from(kinds, (kind) => rightOf(kind, need)).filter((right) => !may(right)));
  if (missing.size > 0) throw new AppError('forbidden', `This needs the right ${[...missing].join(', ')}.`);
}

/** Nothing is stored when one document has problems; the response has the plan in `steps`. */
function requireNoProblems(steps: readonly PlannedStep[]): void {
  const errors = steps.flatMap(({ at, problems }) =>
    problems.map((one) => ({ ...one, pointer: `/documents/${at}${one.pointer}` })),
  );
  if (errors.length === 0) return;
  throw invalid(errors, { steps: steps.map((step) => shownStep(step, { isPlan: true })) });
}

function shownStep({ at: _, ...step }: PlannedStep, { isPlan }: { isPlan: boolean }): ImportStep {
  return isPlan && step.change === 'create' ? { ...step, id: null } : step;
}

function itemOf({ kind, name, ...body }: TransferDocument, at: number): Item {
  const parent = body['connection'] ?? body['connectionId'];
  if (kind !== 'destination' || typeof parent !== 'string')
    return { kind, name, place: { text: name, of: null }, body, at };
  return { kind, name: `${parent}/${name}`, place: { text: name, of: parent }, body, at };
}

/** The documents so that each comes after those that it refers to. */
function inOrder(items: readonly Item[]): Item[] {
  return transferKinds.flatMap((kind) => {
    const own = items.filter((one) => one.kind === kind);
    return kind === 'behavior' ? behaviorsInOrder(own) : own;
  });
}

/** Behaviors after the behaviors in their conditions. In a cycle, which the checks refuse, the order is arbitrary. */
function behaviorsInOrder(behaviors: readonly Item[]): Item[] {
  const byName = new Map(behaviors.map((one) => [foldName(one.name), one]));
  const ordered = new Set<Item>();
  const visited = new Set<Item>();
  for (const first of behaviors) {
    const open = [first];
    for (let one = open.at(-1); one !== undefined; one = open.at(-1)) {
      const isReady = visited.has(one);
      visited.add(one);
      const used = isReady
        ? []
        : Array.from(namedBehaviors(one.body['condition']), (name) => byName.get(foldName(name)));
      const next = used.filter((other) => other !== undefined && !visited.has(other)) as Item[]; // the defined ones
      if (next.length > 0) open.push(...next);
      else {
        ordered.add(one);
        open.pop();
      }
    }
  }
  return [...ordered];
}

/** A document as a file has it. */
function exported(kind: TransferKind, document: Document<object>, snapshot: Snapshot) {
  const inFile = exportSecrets(documentInputs[kind], fileBody({ ...document, kind }, snapshot));
  const { name, ...body } = inFile as Record<string, unknown>; // an object stays one
  return { kind, name: String(name), ...body };
}

function sortKey(document: TransferDocument): string {
  return foldName(`${document['connection'] ?? ''}/${document.name}`);
}
