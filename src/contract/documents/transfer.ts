import { z } from 'zod';
import { auditChange } from '../records/audit.ts';
import { api, idList, tagged } from '../route.ts';
import { type TransferKind, transferKindOf, transferKinds } from './transfer-kinds.ts';

const kind = z.string().transform((name, ctx) => {
  const found = transferKindOf(name);
  if (found !== undefined) return found;
  ctx.addIssue({ code: 'custom', message: `Must be one of ${transferKinds.join(', ')}.`, input: name });
  return z.NEVER;
});

/** Kinds in a query, separated by commas or repeated. */
export const kindList = z
  .union([z.string().max(1_000), z.array(z.string().max(1_000)).max(100)])
  .transform((given) => [given].flat().flatMap((text) => text.split(',')))
  .pipe(z.array(kind).max(100))
  .meta({ accepts: `Separated by commas: ${transferKinds.join(', ')}.` });

/** The largest import. */
const importBounds = { itemsMax: 50_000, bytesMax: 64 * 1_048_576 };

const name = z.string().max(511);

/**
 * A document in an export or import: the body that a client writes, with its kind, and with names instead of ids
 * (`connection: "CRM"`, `destination: "CRM/Orders"`, `behavior: "Purchase"`). Secrets are left out, except references.
 * The name of a destination is its own, with `connection` beside it, or `Connection/Destination`.
 */
export const transferDocument = z
  .looseObject({ kind, name })
  .meta({ accepts: `A document as its PUT takes it, with its kind: ${transferKinds.join(', ')}.` });
export type TransferDocument = { kind: TransferKind; name: string; [field: string]: unknown };

export const fieldProblem = z.looseObject({ pointer: z.string(), detail: z.string(), code: z.string() });

/**
 * One document of an import, in the order in which they are stored. `name` of a destination: `Connection/Destination`.
 * `diff`: the differences to the stored document, with names instead of ids; a new document is one change with the
 * pointer ''. A step with problems is not stored; their pointers are those of the document.
 */
export const importStep = z.strictObject({
  kind: z.enum(transferKinds),
  name: z.string(),
  /** null: the document does not exist yet. */
  id: z.string().nullable(),
  change: z.enum(['create', 'update', 'none']),
  problems: z.array(fieldProblem),
  warnings: z.array(z.string()),
  diff: z.array(auditChange),
});
export type ImportStep = z.output<typeof importStep>;

export const importInput = z.strictObject({
  documents: z.array(transferDocument).max(importBounds.itemsMax),
  /** Only plans: nothing is stored. */
  dryRun: z.boolean().default(false),
  /** Stores the documents without problems, also when others have problems. */
  partial: z.boolean().default(false),
});

/** An import apart from its documents, which are validated one after the other. */
export const importOptions = importInput.extend({ documents: z.array(z.unknown()) });

/**
 * How far an import is. Each phase begins with `done` 0: the documents are checked, again after their templates and
 * expressions were compiled, and then stored.
 */
const importProgress = z.strictObject({
  phase: z.enum(['check', 'compile', 'store']),
  done: z.int(),
  documents: z.int(),
});
export type ImportProgress = z.output<typeof importProgress>;

export const transferRoutes = tagged('transfer', {
  exportConfiguration: api(
    'GET /export',
    [],
    'Export documents with names instead of ids and without secrets; needs View of each kind',
    {
      query: z.strictObject({
        /** Kinds, separated by commas; left out: all that the caller can view. */
        kind: kindList.optional(),
        /** Only documents with these ids, and the destinations of connections with these ids. */
        id: idList.optional(),
      }),
      output: z.strictObject({ documents: z.array(z.looseObject({ kind: z.enum(transferKinds), name })) }),
    },
  ),
  importConfiguration: api(
    'POST /import',
    [],
    'Create or replace documents by name, all or none; needs Manage of each kind. With dryRun, only plan it',
    {
      query: z.strictObject({
        /** A new id of the caller's choice, to ask for the progress of this import. */
        progressId: z.string().min(1).max(64).optional(),
      }),
      body: importInput,
      longList: { name: 'documents', ...importBounds },
      output: z.strictObject({ steps: z.array(importStep) }),
      audit: 'import configuration',
    },
  ),
  importProgress: api('GET /import/{progressId}', [], 'Show how far an import of the same caller is, while it runs', {
    output: importProgress,
  }),
});
