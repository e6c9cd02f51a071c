import type { UseQueryOptions } from '@tanstack/react-query';
import { type LinkProps, useNavigate } from '@tanstack/react-router';
import type { CallInput, ClientError, RouteResponse } from '../../../client/client.ts';
import type { Right } from '../../../contract/accounts/rights.ts';
import { type TransferKind, transferKindOf } from '../../../contract/documents/transfer-kinds.ts';
import { allQuery, apiQuery, routeOf } from '../../data/data.ts';
import { terms } from '../../messages/en.ts';
import { client } from '../../session/session.ts';
import type { Crumb } from '../../shell/page.tsx';

/** What every stored document has. */
export type StoredDocument = { id: string; version: number; updatedAt: string; updatedBy: string };

/**
 * A kind of document, as its pages need it: where they are, in which words, and by which routes and rights. `Body` is
 * what the API takes, `Saved` its response when it creates one.
 */
export type DocumentKind<Stored extends StoredDocument, Body = never, Saved extends Stored = Stored> = {
  kind: TransferKind | 'role' | 'user';
  /** One of them in a word: the heading until its name is known. */
  one: string;
  newTitle: string;
  nameOf: (stored: Stored) => string;
  /** The pages above a document; the last one is the list. */
  crumbs: readonly [...Crumb[], Crumb];
  /** The parameter in the address of a document that holds its id. */
  parameter: string;
  /** The page that creates one, and the one that creates a copy of the document that its parameter `from` names. */
  newPage: LinkProps['to'];
  copyPage?: LinkProps['to'];
  /** The item of a row's menu that leads there, unless it is *Duplicate*. */
  copyTitle?: string;
  view: Right;
  manage: Right;
  /** The consequences of deleting one, for the question before. Without them it is deleted at once, with Restore. */
  deleteText?: string;
  /** The notification after a new one is saved. */
  created: (name: string) => string;
  /** After a new one is saved its page opens, unless the list does. */
  createdOpens?: 'list';
  all: () => Pick<UseQueryOptions<Stored[], ClientError>, 'queryKey' | 'queryFn' | 'staleTime'>;
  query: (id: string) => Pick<UseQueryOptions<Stored, ClientError>, 'queryKey' | 'queryFn'>;
  create: (body: Body) => Promise<Saved>;
  /** Replaces the version that `over` names. */
  replace: (id: string, body: Body, over: { ifMatch: number }) => Promise<Stored>;
};

type Kind = Exclude<TransferKind, 'destination'> | 'role' | 'user';
type Stored<K extends Kind> = RouteResponse<`get${Capitalize<K>}`>;
type Body<K extends Kind> = NonNullable<CallInput<`create${Capitalize<K>}`>['body']>;
type Saved<K extends Kind> = RouteResponse<`create${Capitalize<K>}`> & Stored<K>;

/** The objects that can be viewed and managed, by the names of their rights. */
type Managed = Right extends infer One ? (One extends `${infer Name}:manage` ? Name : never) : never;

/** The parts of a kind that are its own. */
type Declared<K extends Kind> = Pick<DocumentKind<Stored<K>>, 'newTitle' | 'crumbs' | 'created'> &
  Pick<Partial<DocumentKind<Stored<K>>>, 'nameOf' | 'copyPage' | 'copyTitle' | 'deleteText' | 'createdOpens'> & {
    rights: Managed;
  };

/**
 * A kind whose addresses and rights follow the pattern: the list is the last of `crumbs`, `/new` below it creates one, and
 * `/$kindId` below it shows one.
 */
export function documentKind<K extends Kind>(
  kind: K,
  { rights, ...declared }: Declared<K>,
): DocumentKind<Stored<K>, Body<K>, Saved<K>> {
  const like = kind as 'connection'; // the routes of all kinds have the same input and output
  const verb = transferKindOf(kind) === undefined ? 'change' : 'replace';
  return {
    kind,
    one: terms[kind],
    nameOf: ({ name }: { name: string }) => name,
    parameter: `${kind}Id`,
    newPage: `${declared.crumbs.at(-1)?.to}/new`,
    view: `${rights}:view`,
    manage: `${rights}:manage`,
    all: () => allQuery(`${routeOf('list', like)}s`),
    query: (id: string) => apiQuery(routeOf('get', like), { params: { id } }),
    create: (body: Body<'connection'>) => client().call(routeOf('create', like), { body }),
    replace: (id: string, body: Body<'connection'>, over: { ifMatch: number }) =>
      client().call(routeOf(verb as 'replace', like), { params: { id }, body, ...over }),
    ...declared,
  } as unknown as DocumentKind<Stored<K>, Body<K>, Saved<K>>; // by the routes of its own kind
}

/** Leads to the list of a kind. */
export function useToList({ crumbs }: Pick<DocumentKind<never>, 'crumbs'>): () => void {
  const navigate = useNavigate();
  return () => void navigate({ to: crumbs.at(-1)?.to as '/' }); // any address
}
