import { mapInSteps } from '../../async/steps.ts';
import { documentInputs } from '../../contract/documents/document-inputs.ts';
import {
  type ImportProgress,
  type ImportStep,
  importOptions,
  type TransferDocument,
  transferDocument,
} from '../../contract/documents/transfer.ts';
import { rightOf, type TransferKind, transferKinds } from '../../contract/documents/transfer-kinds.ts';
import { AppError, type FieldError, invalid } from '../../contract/errors.ts';
import { foldName } from '../../contract/fold-name.ts';
import { firstWithin, jsonSize } from '../../contract/json-size.ts';
import type { Document, Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import type { ApiParts, Call, Handlers } from '../call/call.ts';
import { LongResponse } from '../http/long-response.ts';
import { fieldErrors, found, validateBody } from '../http/validate.ts';
import { fileBody, type Item, importPlanner, type PlannedStep } from './import-plan.ts';
import { isStandard } from './reading.ts';
import { referencesOf } from './references.ts';
import { exportSecrets } from './secret-fields.ts';
import { type Programs, withPrograms } from './templates.ts';

/** Export of documents to files, and import from them. */
export function transferHandlers(parts: ApiParts) {
  const { configuration } = parts.pipeline;
  const plan = importPlanner(parts);
  const running = runningImports();

  return {
    async exportConfiguration({ query, may }) {
      const { snapshot } = configuration;
      const wanted = query.id && new Set(query.id);
      const isWanted = ({ id, body }: Document<object>) =>
        wanted === undefined || wanted.has(id) || ('connectionId' in body && wanted.has(String(body.connectionId)));
      const kinds = transferKinds.filter((kind) => query.kind?.includes(kind) ?? may(rightOf(kind, 'view')));
      requireRights(kinds, 'view', may);
      const maySee = (kind: TransferKind) => may(rightOf(kind, 'view'));
      const chosen: { kind: TransferKind; document: Document<{ name: string }> }[] = [];
      for (const kind of kinds) {
        const all: Iterable<Document<{ name: string }>> = snapshot.documents[kind].values();
        const keyed = await mapInSteps(all, (document) => ({ kind, document, key: sortKey(document, snapshot) }));
        const own = keyed.filter(({ document: one }) => isWanted(one) && (wanted !== undefined || !isStandard(one.id)));
        chosen.push(...own.toSorted((a, b) => (a.key < b.key ? -1 : 1)));
      }
      return new LongResponse(
        'documents',
        mapped(chosen, ({ kind, document }) => exported(kind, document, snapshot, maySee)),
      );
    },

    async importConfiguration(call) {
      const { documents, dryRun, partial } = await importIn(call.json);
      requireRights(new Set(documents.map(({ kind }) => kind)), 'manage', call.may);
      const items = inOrder(documents.map(itemOf));
      using progress = running.begin(call, items.length);
      let steps: PlannedStep[] = [];
      const build = async (base: Snapshot, programs: Programs) => {
        const planned = await plan(items, call, { base, programs, checked: progress.to('check') });
        steps = planned.steps;
        return planned.changes;
      };
      const run = async (programs: Programs) => {
        if (dryRun) await build(configuration.snapshot, programs);
        else
          await configuration.change(call.author, async (base) => {
            const changes = await build(base, programs);
            if (!partial) requireNoProblems(steps);
            progress.to('store')(0);
            return changes;
          });
      };
      await withPrograms(parts.compute, run, progress.to('compile'));
      const shown = steps.map((step) => shownStep(step, { isPlan: dryRun }));
      // A response that is kept for an Idempotency-Key is one text.
      return call.request.running === null ? new LongResponse('steps', shown) : { steps: shown };
    },

    importProgress: ({ params, principal }) =>
      found(running.get(params.progressId, principal.id), 'No import of yours with this id is running.'),
  } satisfies Partial<Handlers>;
}

/** The body of an import. Throws AppError `invalid_value`. */
async function importIn(json: unknown) {
  const { documents: given, ...options } = validateBody(importOptions, json);
  const wrong: FieldError[] = [];
  let at = -1;
  const documents = await mapInSteps(given, (one): TransferDocument[] => {
    at += 1;
    const { data, error } = transferDocument.safeParse(one);
    if (error !== undefined) wrong.push(...fieldErrors(error.issues, ['documents', at]));
    return data === undefined ? [] : [data];
  });
  if (wrong.length > 0) throw invalid(wrong);
  return { ...options, documents: documents.flat() };
}

/** The imports that are running, by the ids that their callers chose. */
function runningImports() {
  const all = new Map<string, ImportProgress>();
  const importKey = (id: string, principalId: string) => `${principalId} ${id}`;
  return {
    get: (id: string, principalId: string) => all.get(importKey(id, principalId)),
    /** `to` begins a phase, and returns a function that is called with the number of documents done. */
    begin({ query, principal }: Pick<Call<'importConfiguration'>, 'query' | 'principal'>, documents: number) {
      const { progressId } = query;
      const key = progressId === undefined ? null : importKey(progressId, principal.id);
      return {
        to: (phase: ImportProgress['phase']) => (done: number) => {
          if (key !== null) all.set(key, { phase, done, documents });
        },
        [Symbol.dispose]: () => void (key !== null && all.delete(key)),
      };
    },
  };
}

function* mapped<T, R>(items: Iterable<T>, map: (item: T) => R): Generator<R> {
  for (const item of items) yield map(item);
}

/** The number of steps in a refusal, which is one text, and their bytes of JSON. Those with problems come first. */
const refusedStepsMax = 1_000;
const refusedBytesMax = 4 * 1_048_576;

/** Throws AppError `forbidden` unless the caller has the right for each kind. */
export function requireRights(kinds: Iterable<TransferKind>, need: 'view' | 'manage', may: Call['may']): void {
  const missing = new Set(Array.from(kinds, (kind) => rightOf(kind, need)).filter((right) => !may(right)));
  if (missing.size > 0) throw new AppError('forbidden', `This needs the right ${[...missing].join(', ')}.`);
}

/**
 * Nothing is stored when one document has problems; the response has the plan in `steps`, of a large import only the
 * first documents with problems.
 */
function requireNoProblems(steps: readonly PlannedStep[]): void {
  const errors = steps.flatMap(({ at, problems }) =>
    problems.map((one) => ({ ...one, pointer: `/documents/${at}${one.pointer}` })),
  );
  if (errors.length === 0) return;
  const isShort = steps.length <= refusedStepsMax && jsonSize(steps, refusedBytesMax) <= refusedBytesMax;
  const refused = isShort ? steps : steps.filter(({ problems }) => problems.length > 0);
  const shown = firstWithin(refused.slice(0, refusedStepsMax), refusedBytesMax);
  throw invalid(errors, { steps: shown.map((step) => shownStep(step, { isPlan: true })) });
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
      const used = isReady ? [] : Array.from(referencesOf(one), ({ id: name }) => byName.get(foldName(name)));
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
function exported(
  kind: TransferKind,
  document: Document<object>,
  snapshot: Snapshot,
  maySee: (kind: TransferKind) => boolean,
) {
  const inFile = exportSecrets(documentInputs[kind], fileBody({ ...document, kind }, snapshot, maySee));
  const { name, ...body } = inFile as Record<string, unknown>; // an object stays one
  return { kind, name: String(name), ...body };
}

function sortKey({ body }: Document<{ name: string }>, snapshot: Snapshot): string {
  const of = 'connectionId' in body ? snapshot.documents.connection.get(String(body.connectionId))?.body.name : '';
  return foldName(`${of ?? ''}/${body.name}`);
}
