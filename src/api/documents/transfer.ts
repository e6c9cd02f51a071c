import { mapInSteps } from '../../async/steps.ts';
import type { Change } from '../../catalog/catalog.ts';
import { missingCredentials, missingHeaderValues } from '../../connections/missing-credentials.ts';
import type { AlertBody } from '../../contract/documents/alert.ts';
import type { ConnectionBody } from '../../contract/documents/connection.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { ImportStep, TransferDocument } from '../../contract/documents/transfer.ts';
import { rightOf, type TransferKind, transferKinds } from '../../contract/documents/transfer-kinds.ts';
import { AppError, type FieldError } from '../../contract/errors.ts';
import { foldName } from '../../contract/fold-name.ts';
import { changesOf } from '../../contract/records/audit-changes.ts';
import { draftSnapshot } from '../../pipeline/snapshot/draft-snapshot.ts';
import type { Document, Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import type { ProgramInput } from '../../template/compile/program.ts';
import type { ApiParts, Call, Handlers } from '../call/call.ts';
import { invalid } from '../http/validate.ts';
import { actionKind } from './actions.ts';
import { alertKind } from './alerts.ts';
import { behaviorKind } from './behaviors.ts';
import type { Planned } from './changes.ts';
import { collectorKind } from './collectors.ts';
import { connectionKind } from './connections.ts';
import { destinationKind } from './destinations.ts';
import { documentsOf } from './documents.ts';
import { withoutReadOnly } from './patch.ts';
import { isStandard } from './reading.ts';
import { behaviorNames, withNames } from './references.ts';
import { exportSecrets } from './secret-fields.ts';
import { NotComposed, type Programs, withPrograms } from './template-errors.ts';

type Item = {
  kind: TransferKind;
  /** As in by-name paths. */
  name: string;
  place: { text: string; of: string | null };
  body: Record<string, unknown>;
  /** Position in the request. */
  at: number;
};

type PlannedStep = ImportStep & Pick<Item, 'at'>;

/** Export of documents to files, and import from them. */
export function transferHandlers(parts: ApiParts) {
  const { configuration } = parts.pipeline;
  const planners: Record<TransferKind, Pick<ReturnType<typeof documentsOf>, 'planned'>> = {
    collector: documentsOf(collectorKind, parts),
    connection: documentsOf(connectionKind(parts), parts),
    destination: documentsOf(destinationKind, parts),
    behavior: documentsOf(behaviorKind, parts),
    action: documentsOf(actionKind, parts),
    alert: documentsOf(alertKind(parts), parts),
  };

  /** The plan of an import on a snapshot. Throws NotComposed when programs are missing. */
  async function plan(items: readonly Item[], call: Call<'importConfiguration'>, base: Snapshot, programs: Programs) {
    // If-Match is about one document.
    const asking = { author: call.author, principal: call.principal, ifMatch: <T>(stored: T) => stored };
    const draft = draftSnapshot(base);
    const missing: ProgramInput[] = [];
    const known = new Set<string>();
    const changes: Change[] = [];

    function prepare({ kind, place, body }: Item): Planned {
      const planned = planners[kind].planned(asking, place, body, draft.snapshot);
      if (known.has(planned.document.id)) throw new AppError('conflict', 'This document is in the import twice.');
      known.add(planned.document.id);
      return planned;
    }

    function check(planned: Planned): string[] {
      const { document, change } = planned;
      if (change === null) return [];
      draft.put(document);
      try {
        return planned.check(draft.snapshot, programs);
      } catch (error) {
        if (!(error instanceof NotComposed)) {
          draft.undo(document);
          throw error;
        }
        missing.push(...error.inputs);
        return [];
      }
    }

    function step(item: Item): ImportStep {
      const { kind, name } = item;
      const own: ImportStep = { kind, name, id: null, change: 'create', problems: [], warnings: [], diff: [] };
      let planned: Planned | undefined;
      try {
        planned = prepare(item);
        const warnings = check(planned);
        const { before, document } = planned;
        if (planned.change === null) return { ...own, id: document.id, change: 'none' };
        changes.push(planned.change);
        const diff = changesOf(
          before === null ? undefined : fileBody(before, base),
          fileBody(document, draft.snapshot),
        );
        const change = before === null ? 'create' : 'update';
        return { ...own, id: document.id, change, warnings: [...warnings, ...missingOf(planned)], diff };
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const id = planned?.before?.id ?? null;
        return { ...own, id, change: id === null ? 'create' : 'update', problems: problemsOf(error, parts) };
      }
    }

    const steps = await mapInSteps(items, (item): PlannedStep => ({ ...step(item), at: item.at }));
    if (missing.length > 0) throw new NotComposed(missing);
    return { steps, changes };
  }

  return {
    exportConfiguration({ query, may }) {
      const { snapshot } = configuration;
      const wanted = query.id && new Set(query.id);
      const isWanted = ({ id, body }: Document<object>) =>
        wanted === undefined || wanted.has(id) || ('connectionId' in body && wanted.has(String(body.connectionId)));
      const kinds = transferKinds.filter((kind) => query.kind?.includes(kind) ?? may(rightOf(kind, 'view')));
      requireRights(kinds, 'view', may);
      const documents = kinds.flatMap((kind) => {
        const all: Iterable<Document<{ name: string }>> = snapshot.documents[kind].values();
        return Array.from(all)
          .filter((one) => isWanted(one) && (wanted !== undefined || !isStandard(one.id)))
          .map((one) => exported(kind, one, snapshot))
          .toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
      });
      return { documents };
    },

    async importConfiguration(call) {
      const { documents, dryRun, partial } = call.body();
      requireRights(new Set(documents.map(({ kind }) => kind)), 'manage', call.may);
      const items = inOrder(documents.map(itemOf));
      let steps: PlannedStep[] = [];
      const build = async (base: Snapshot, programs: Programs) => {
        const planned = await plan(items, call, base, programs);
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
  const { message, errors: listed } = invalid(errors);
  throw new AppError('invalid_value', message, {
    errors: listed ?? [],
    extra: { steps: steps.map((step) => shownStep(step, { isPlan: true })) },
  });
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
      const used = isReady ? [] : behaviorNames(one.body['condition']).map((name) => byName.get(foldName(name)));
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
  const { name, ...body } = exportSecrets(fileBody({ ...document, kind }, snapshot)) as Record<string, unknown>; // an object stays one
  return { kind, name: String(name), ...body };
}

/** A stored body with names instead of ids, its secrets in place, without the fields that the server makes. */
function fileBody({ kind, body }: { kind: string; body: unknown }, snapshot: Snapshot): Record<string, unknown> {
  const of = kind as TransferKind; // only documents of these kinds are exported or imported
  return withNames(of, withoutReadOnly(body, readOnly[of]) as Record<string, unknown>, snapshot); // an object stays one
}

const readOnly: Partial<Record<TransferKind, readonly string[]>> = {
  collector: collectorKind.readOnly ?? [],
  behavior: behaviorKind.readOnly ?? [],
};

function sortKey(document: TransferDocument): string {
  return foldName(`${document['connection'] ?? ''}/${document.name}`);
}

/** What a document lacks after an import without its secrets. */
function missingOf({ document: { kind, body } }: Planned): string[] {
  const held = (missing: string | null) =>
    missing === null ? [] : [`${missing} Deliveries are held until you enter it.`];
  if (kind === 'connection') return held(missingCredentials(body as ConnectionBody)); // of this kind
  if (kind === 'destination') return held(missingHeaderValues((body as DestinationBody).settings.headers)); // the same
  if (kind !== 'alert') return [];
  const { type, settings } = body as AlertBody; // the same
  const missing =
    (type === 'slack' && settings.hookUrl === null && 'webhook URL') ||
    (type === 'email' && settings.username !== null && settings.password === null && 'password');
  return missing ? [`The ${missing} is missing. Messages fail until you enter it.`] : [];
}

function problemsOf({ code, message, errors = [] }: AppError, { scrub }: ApiParts): ImportStep['problems'] {
  const fields: FieldError[] = errors.length > 0 ? errors : [{ pointer: '', detail: message }];
  return fields.map((one) => ({ ...one, detail: scrub(one.detail), code: one.code ?? code }));
}
