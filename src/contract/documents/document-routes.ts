import { z } from 'zod';
import { pageOf, pageQuery } from '../records/page.ts';
import { anything, api, type Route } from '../route.ts';
import type { ManagedKind } from './document.ts';

/** Filters for a list of documents. */
export const listQuery = pageQuery({ name: z.string().max(255).optional(), status: z.string().max(255).optional() });
const versionQuery = pageQuery();
const rollback = z.strictObject({ version: z.int().min(1) });

/** The differences between the routes of the kinds of documents. */
type DocumentKindRoutes<One extends string, At extends string, I, O> = {
  one: One;
  area: 'connections' | 'actions' | 'behaviors' | 'collectors' | 'settings';
  /** The path of the list; left out: the kind in the plural. */
  at?: At;
  input: I;
  output: O;
  /** How a document of this kind is named in a path. */
  named?: string;
};

/** The operations that every kind of document has, by id. */
type DocumentRoutes<One extends string, At extends string, I extends z.ZodType, O extends z.ZodType> = Record<
  `list${Capitalize<One>}s`,
  Route<`/api/v1${At}`, typeof listQuery, null, ReturnType<typeof pageOf<O>>>
> &
  Record<`create${Capitalize<One>}`, Route<`/api/v1${At}`, null, I, O>> &
  Record<`get${Capitalize<One>}`, Route<`/api/v1/${One}s/{id}`, null, null, O>> &
  Record<`replace${Capitalize<One>}`, Route<`/api/v1/${One}s/{id}`, null, I, O>> &
  Record<`change${Capitalize<One>}`, Route<`/api/v1/${One}s/{id}`, null, typeof anything, O>> &
  Record<`delete${Capitalize<One>}`, Route<`/api/v1/${One}s/{id}`, null, null, null>> &
  Record<`apply${Capitalize<One>}`, Route<`/api/v1/${One}s/by-name/{name}`, null, typeof anything, O>> &
  Record<
    `list${Capitalize<One>}Versions`,
    Route<`/api/v1/${One}s/{id}/versions`, typeof versionQuery, null, ReturnType<typeof pageOf<O>>>
  > &
  Record<`rollback${Capitalize<One>}`, Route<`/api/v1/${One}s/{id}/rollback`, null, typeof rollback, O>> &
  Record<`restore${Capitalize<One>}`, Route<`/api/v1/${One}s/{id}/restore`, null, null, O>>;

/** Builds the routes of one kind of document. */
export function documentRoutes<
  const One extends ManagedKind,
  I extends z.ZodType,
  O extends z.ZodType,
  const At extends `/${string}` = `/${One}s`,
>(kind: DocumentKindRoutes<One, At, I, O>): DocumentRoutes<One, At, I, O> {
  const { one, area, input, output, named = 'its name' } = kind;
  const many = `${one}s` as const;
  const at = kind.at ?? (`/${many}` as const);
  const view = `${area}:view` as const;
  const manage = `${area}:manage` as const;
  const One = one.charAt(0).toUpperCase() + one.slice(1);
  const byId = `/${many}/{id}` as const;
  const a = /^[aeiou]/.test(one) ? `an ${one}` : `a ${one}`;
  const page = pageOf(output);
  const made = {
    [`list${One}s`]: api(`GET ${at}`, view, `List ${many}, newest first`, { query: listQuery, output: page }),
    [`create${One}`]: api(`POST ${at}`, manage, `Create ${a}`, {
      audit: `create ${one}`,
      body: input,
      output,
      status: 201,
    }),
    [`get${One}`]: api(`GET ${byId}`, view, `Get ${a}`, { output }),
    [`replace${One}`]: api(`PUT ${byId}`, manage, `Replace ${a}`, { audit: `change ${one}`, body: input, output }),
    [`change${One}`]: api(`PATCH ${byId}`, manage, `Change ${a} (JSON Merge Patch)`, {
      audit: `change ${one}`,
      body: anything,
      output,
    }),
    [`delete${One}`]: api(`DELETE ${byId}`, manage, `Delete ${a} that nothing uses; it can be restored for 30 days`, {
      audit: `delete ${one}`,
    }),
    [`restore${One}`]: api(`POST ${byId}/restore`, manage, `Restore ${a} that was deleted in the last 30 days`, {
      audit: `restore ${one}`,
      output,
    }),
    [`apply${One}`]: api(
      `PUT /${many}/by-name/{name}`,
      manage,
      `Create or replace ${a} by ${named}; references can be names instead of ids`,
      { audit: `change ${one}`, body: anything, output },
    ),
    [`list${One}Versions`]: api(
      `GET ${byId}/versions`,
      view,
      `List the versions of ${a}, newest first, without changes of the status alone`,
      {
        query: versionQuery,
        output: page,
      },
    ),
    [`rollback${One}`]: api(
      `POST ${byId}/rollback`,
      manage,
      `Restore an earlier version of ${a}; its status stays as it is`,
      {
        audit: `rollback ${one}`,
        body: rollback,
        output,
      },
    ),
  };
  return made as unknown as DocumentRoutes<One, At, I, O>; // computed keys lose their names in the type
}
