import { mapInSteps } from '../../async/steps.ts';
import type { Change } from '../../catalog/catalog.ts';
import { missingCredentials, missingHeaderValues } from '../../connections/missing-credentials.ts';
import type { AlertBody } from '../../contract/documents/alert.ts';
import type { ConnectionBody } from '../../contract/documents/connection.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { ReferredKind } from '../../contract/documents/references.ts';
import type { ImportStep } from '../../contract/documents/transfer.ts';
import type { TransferKind } from '../../contract/documents/transfer-kinds.ts';
import { AppError, type FieldError } from '../../contract/errors.ts';
import { changesOf } from '../../contract/records/audit-changes.ts';
import { draftSnapshot } from '../../pipeline/snapshot/draft-snapshot.ts';
import type { Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import type { ProgramInput } from '../../template/compile/program.ts';
import type { ApiParts, Call } from '../call/call.ts';
import { actionKind } from './actions.ts';
import { alertKind } from './alerts.ts';
import { behaviorKind } from './behaviors.ts';
import type { Planned } from './changes.ts';
import { collectorKind } from './collectors.ts';
import { connectionKind } from './connections.ts';
import { destinationKind } from './destinations.ts';
import { documentsOf } from './documents.ts';
import { withoutServerSet } from './patch.ts';
import { withNames } from './references.ts';
import { NotComposed, type Programs } from './templates.ts';

/** A document of an import. */
export type Item = {
  kind: TransferKind;
  /** As in by-name paths. */
  name: string;
  place: { text: string; of: string | null };
  body: Record<string, unknown>;
  /** Position in the request. */
  at: number;
};

export type PlannedStep = ImportStep & Pick<Item, 'at'>;

/** An import while its documents are planned one after the other, each on a draft with those before it. */
type Planning = {
  base: Snapshot;
  programs: Programs;
  draft: ReturnType<typeof draftSnapshot>;
  missing: ProgramInput[];
  changes: Change[];
};

/** Returns a function that plans an import on a snapshot. It throws NotComposed when programs are missing. */
export function importPlanner(parts: ApiParts) {
  const planners: Record<TransferKind, Pick<ReturnType<typeof documentsOf>, 'planned'>> = {
    collector: documentsOf(collectorKind, parts),
    connection: documentsOf(connectionKind(parts), parts),
    destination: documentsOf(destinationKind, parts),
    behavior: documentsOf(behaviorKind, parts),
    action: documentsOf(actionKind, parts),
    alert: documentsOf(alertKind(parts), parts),
  };

  return async (
    items: readonly Item[],
    { author, principal }: Pick<Call, 'author' | 'principal'>,
    { checked, ...on }: Pick<Planning, 'base' | 'programs'> & { checked(documents: number): void },
  ): Promise<{ steps: PlannedStep[]; changes: Change[] }> => {
    const planning: Planning = { ...on, draft: draftSnapshot(on.base), missing: [], changes: [] };
    const { draft, missing, changes } = planning;
    // If-Match is about one document.
    const asking = { author, principal, ifMatch: <T>(stored: T) => stored };
    const known = new Set<string>();
    const plan = ({ kind, place, body }: Item): Planned => {
      const planned = planners[kind].planned(asking, place, body, draft.snapshot);
      if (known.has(planned.document.id)) throw new AppError('conflict', 'This document is in the import twice.');
      known.add(planned.document.id);
      return planned;
    };
    let done = 0;
    checked(done);
    const steps = await mapInSteps(items, (item) => {
      const step = { ...stepOf(item, plan, planning, parts), at: item.at };
      checked(++done);
      return step;
    });
    if (missing.length > 0) throw new NotComposed(missing);
    return { steps, changes };
  };
}

/** Plans one document: its change, or its problems. */
function stepOf(item: Item, plan: (item: Item) => Planned, planning: Planning, parts: ApiParts): ImportStep {
  const { kind, name } = item;
  const { base, draft, changes } = planning;
  const own: ImportStep = { kind, name, id: null, change: 'create', problems: [], warnings: [], diff: [] };
  let planned: Planned | undefined;
  try {
    planned = plan(item);
    const { before, document, change } = planned;
    if (change === null) return { ...own, id: document.id, change: 'none' };
    const warnings = check(planned, planning);
    changes.push(change);
    const old = before === null ? undefined : fileBody(before, base);
    return {
      ...own,
      id: document.id,
      change: before === null ? 'create' : 'update',
      warnings: [...warnings, ...missingOf(planned)],
      diff: changesOf(old, fileBody(document, draft.snapshot)),
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const id = planned?.before?.id ?? null;
    return { ...own, id, change: id === null ? 'create' : 'update', problems: problemsOf(error, parts) };
  }
}

/** Puts a planned document into the draft, if it passes its checks or only lacks programs. Returns warnings. */
function check({ document, check: checked }: Planned, { draft, programs, missing }: Planning): string[] {
  draft.put(document);
  try {
    return checked(draft.snapshot, programs);
  } catch (error) {
    if (!(error instanceof NotComposed)) {
      draft.undo(document);
      throw error;
    }
    missing.push(...error.inputs);
    return [];
  }
}

/** A stored body with names instead of ids, its secrets in place, without the fields that the server makes. */
export function fileBody(
  { kind, body }: { kind: string; body: unknown },
  snapshot: Snapshot,
  maySee?: (kind: ReferredKind) => boolean,
): Record<string, unknown> {
  const of = kind as TransferKind; // only documents of these kinds are exported or imported
  return withNames(of, withoutServerSet(body, of) as Record<string, unknown>, snapshot, maySee); // an object stays one
}

/** What a document lacks after an import without its secrets. */
function missingOf({ document: { kind, body } }: Planned): string[] {
  const held = (missing: string | null) => {
    const them = missing?.endsWith('are missing.') === true ? 'them' : 'it';
    return missing === null ? [] : [`${missing} Deliveries are held until you enter ${them}.`];
  };
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
