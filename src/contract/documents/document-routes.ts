import { z } from 'zod';
import { pageOf, pageQuery } from '../records/page.ts';
import { anything, api, flag, textFilter } from '../route.ts';
import type { ManagedKind } from './document.ts';

/** What lists of documents can be sorted by; with a minus before it, in descending order. */
export const documentSorts = [
  'name',
  '-name',
  'status',
  '-status',
  'createdAt',
  '-createdAt',
  'updatedAt',
  '-updatedAt',
] as const;
export type DocumentSort = (typeof documentSorts)[number];

/** Filters for a list of documents, and its order. */
export const listQuery = pageQuery({
  name: textFilter,
  status: z.enum(['enabled', 'disabled', 'paused']).optional(),
  /** Part of the name or the description, a connection's base URL, a destination's path, a behavior's category, or a collector's key. */
  q: textFilter,
  /** `-createdAt`, newest first, if left out. Names are sorted without case and accents, numbers in them by value. */
  sort: z.enum(documentSorts).optional(),
  /** `true`: the response has `count`. */
  count: flag.optional(),
});

/** How many documents the filters of a list find, and how many there are. */
export const listCount = z.strictObject({ found: z.int(), all: z.int() });

/** A page of a list of documents. `count`, if asked for: the number of documents. */
export const listOf = <T extends z.ZodType>(item: T) => pageOf(item).extend({ count: listCount.optional() });

export const actionRef = z.strictObject({ id: z.string(), name: z.string() });

/** The actions that use a document: how many, and the first ones; null without the right to see actions. */
export const usedByActions = z
  .strictObject({
    count: z.int(),
    first: z.array(actionRef).max(5),
  })
  .nullable();

/** Members whose names have the name of a kind in place of `*`. */
export type OfKind<One extends string, Members> = {
  [Key in keyof Members as Key extends `${infer Before}*${infer After}`
    ? `${Before}${Capitalize<One>}${After}`
    : never]: Members[Key];
};

/** Members with the name of a kind in their names, in place of `*`: `list*s` becomes `listActions`. */
export function ofKind<const One extends string, Members extends object>(
  one: One,
  members: Members,
): OfKind<One, Members> {
  const name = one.charAt(0).toUpperCase() + one.slice(1);
  const entries = Object.entries(members).map(([key, member]) => [key.replace('*', name), member]);
  return Object.fromEntries(entries) as OfKind<One, Members>; // the same members
}

/** The version to restore. */
export const rollback = z.strictObject({ version: z.int().min(1) });

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

/** The routes of one kind of document. */
export function documentRoutes<
  const One extends ManagedKind,
  I extends z.ZodType,
  O extends z.ZodType,
  const At extends `/${string}` = `/${One}s`,
>(kind: DocumentKindRoutes<One, At, I, O>) {
  const { one, area, input, output, named = 'its name' } = kind;
  const many = `${one}s` as const;
  const at = kind.at ?? (`/${many}` as At); // its default
  const view = `${area}:view` as const;
  const manage = `${area}:manage` as const;
  const byId = `/${many}/{id}` as const;
  const a = /^[aeiou]/.test(one) ? `an ${one}` : `a ${one}`;
  const page = pageOf(output);
  return ofKind(one, {
    'list*s': api(`GET ${at}`, view, `List ${many}, newest first`, { query: listQuery, output: listOf(output) }),
    'create*': api(`POST ${at}`, manage, `Create ${a}`, {
      audit: `create ${one}`,
      body: input,
      output,
      status: 201,
    }),
    'get*': api(`GET ${byId}`, view, `Get ${a}`, { output }),
    'replace*': api(`PUT ${byId}`, manage, `Replace ${a}`, { audit: `change ${one}`, body: input, output }),
    'change*': api(`PATCH ${byId}`, manage, `Change ${a} (JSON Merge Patch)`, {
      audit: `change ${one}`,
      body: anything,
      output,
    }),
    'delete*': api(`DELETE ${byId}`, manage, `Delete ${a} that nothing uses; it can be restored for 30 days`, {
      audit: `delete ${one}`,
    }),
    'restore*': api(`POST ${byId}/restore`, manage, `Restore ${a} that was deleted in the last 30 days`, {
      audit: `restore ${one}`,
      output,
    }),
    'apply*': api(
      `PUT /${many}/by-name/{name}`,
      manage,
      `Create or replace ${a} by ${named}; references can be names instead of ids`,
      { audit: `change ${one}`, body: anything, output },
    ),
    'list*Versions': api(
      `GET ${byId}/versions`,
      view,
      `List the versions of ${a}, newest first, without changes of the status alone`,
      { query: pageQuery(), output: page },
    ),
    'rollback*': api(`POST ${byId}/rollback`, manage, `Restore an earlier version of ${a}; its status stays as it is`, {
      audit: `rollback ${one}`,
      body: rollback,
      output,
    }),
  });
}
