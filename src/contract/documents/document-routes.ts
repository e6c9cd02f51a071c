import { z } from 'zod';
import type { Right } from '../accounts/rights.ts';
import type { AuditAct } from '../records/audit.ts';
import { pageOf, pageQuery } from '../records/page.ts';
import { api, type Route, type RouteAudit } from '../route.ts';
import type { ManagedKind } from './document.ts';

/** Filters for a list of documents. */
export const listQuery = z.strictObject({
  ...pageQuery,
  name: z.string().max(255).optional(),
  status: z.string().max(255).optional(),
});
const versionQuery = z.strictObject(pageQuery);
const patch = z.record(z.string(), z.unknown());
const rollback = z.strictObject({ version: z.int().min(1) });

/** The differences between the routes of the kinds of documents; `at` is the path of the list. */
type DocumentKindRoutes<One extends string, Many extends string, At extends string, I, O> = {
  one: One;
  many: Many;
  area: 'connections' | 'actions' | 'behaviors' | 'collectors' | 'settings';
  at: At;
  input: I;
  output: O;
  /** How a document of this kind is named in a path. */
  named?: string;
};

/** The operations that every kind of document has, by id. */
type DocumentRoutes<
  One extends string,
  Many extends string,
  At extends string,
  I extends z.ZodType,
  O extends z.ZodType,
> = Record<`list${Capitalize<Many>}`, Route<`/api/v1${At}`, typeof listQuery, null, ReturnType<typeof pageOf<O>>>> &
  Record<`create${Capitalize<One>}`, Route<`/api/v1${At}`, null, I, O>> &
  Record<`get${Capitalize<One>}`, Route<`/api/v1/${Many}/{id}`, null, null, O>> &
  Record<`replace${Capitalize<One>}`, Route<`/api/v1/${Many}/{id}`, null, I, O>> &
  Record<`change${Capitalize<One>}`, Route<`/api/v1/${Many}/{id}`, null, typeof patch, O>> &
  Record<`delete${Capitalize<One>}`, Route<`/api/v1/${Many}/{id}`, null, null, null>> &
  Record<`apply${Capitalize<One>}`, Route<`/api/v1/${Many}/by-name/{name}`, null, typeof patch, O>> &
  Record<
    `list${Capitalize<One>}Versions`,
    Route<`/api/v1/${Many}/{id}/versions`, typeof versionQuery, null, ReturnType<typeof pageOf<O>>>
  > &
  Record<`rollback${Capitalize<One>}`, Route<`/api/v1/${Many}/{id}/rollback`, null, typeof rollback, O>>;

/** Builds the routes of one kind of document. */
export function documentRoutes<
  const One extends ManagedKind,
  const Many extends string,
  const At extends string,
  I extends z.ZodType,
  O extends z.ZodType,
>(kind: DocumentKindRoutes<One, Many, At, I, O>): DocumentRoutes<One, Many, At, I, O> {
  const { one, many, area, at, input, output } = kind;
  const view: Right[] = [`${area}:view`];
  const manage: Right[] = [`${area}:manage`];
  const tag = many;
  const audit = (act: AuditAct): RouteAudit => ({ act, kind: one });
  const One = one.charAt(0).toUpperCase() + one.slice(1);
  const Many = many.charAt(0).toUpperCase() + many.slice(1);
  const byId = `/${many}/{id}`;
  const a = /^[aeiou]/.test(one) ? `an ${one}` : `a ${one}`;
  const named = kind.named ?? 'its name';
  const made = {
    [`list${Many}`]: api('GET', at, view, `List ${many}, newest first`, {
      tag,
      query: listQuery,
      output: pageOf(output),
    }),
    [`create${One}`]: api('POST', at, manage, `Create ${a}`, {
      tag,
      body: input,
      output,
      status: 201,
      audit: audit('create'),
    }),
    [`get${One}`]: api('GET', byId, view, `Get ${a}`, { tag, output }),
    [`replace${One}`]: api('PUT', byId, manage, `Replace ${a}`, { tag, body: input, output, audit: audit('change') }),
    [`change${One}`]: api('PATCH', byId, manage, `Change ${a} (JSON Merge Patch)`, {
      tag,
      body: patch,
      output,
      audit: audit('change'),
    }),
    [`delete${One}`]: api('DELETE', byId, manage, `Delete ${a} that nothing uses`, {
      tag,
      status: 204,
      audit: audit('delete'),
    }),
    [`apply${One}`]: api(
      'PUT',
      `/${many}/by-name/{name}`,
      manage,
      `Create or replace ${a} by ${named}; references can be names instead of ids`,
      { tag, body: patch, output, audit: audit('change') },
    ),
    [`list${One}Versions`]: api('GET', `${byId}/versions`, view, `List the versions of ${a}, newest first`, {
      tag,
      query: versionQuery,
      output: pageOf(output),
    }),
    [`rollback${One}`]: api('POST', `${byId}/rollback`, manage, `Restore an earlier version of ${a}`, {
      tag,
      body: rollback,
      output,
      audit: audit('rollback'),
    }),
  };
  return made as unknown as DocumentRoutes<One, Many, At, I, O>; // computed keys lose their names in the type
}
