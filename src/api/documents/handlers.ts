import type { ManagedKind } from '../../contract/documents/document.ts';
import type { RouteId } from '../../contract/routes.ts';
import type { Call, Handlers } from '../call/call.ts';
import type { documentsOf } from './documents.ts';

type RouteIds<One extends string, Many extends string> = Extract<
  | `list${Capitalize<Many>}`
  | `${'create' | 'get' | 'replace' | 'change' | 'delete' | 'apply' | 'rollback'}${Capitalize<One>}`
  | `list${Capitalize<One>}Versions`,
  RouteId
>;

/** The operations common to all kinds of documents. `parentOf` gives the id of the parent of a list. */
export function documentHandlers<const One extends ManagedKind, const Many extends string>(
  one: One,
  many: Many,
  documents: ReturnType<typeof documentsOf<One>>,
  parentOf: (call: { params: Record<string, string> }) => string | null = () => null,
): Handlers<RouteIds<One, Many>> {
  const One = one.charAt(0).toUpperCase() + one.slice(1);
  const Many = many.charAt(0).toUpperCase() + many.slice(1);
  const made: { [id: string]: (call: AnyCall) => unknown } = {
    [`list${Many}`]: (call) => documents.list(call.query, parentOf(call)),
    [`create${One}`]: (call) => documents.create(call.json, call, parentOf(call)),
    [`get${One}`]: (call) => documents.get(call.params.id, call),
    [`replace${One}`]: (call) => documents.replace(call.params.id, call.json, call),
    [`change${One}`]: (call) => documents.change(call.params.id, call.json, call),
    [`delete${One}`]: (call) => documents.remove(call.params.id, call),
    [`apply${One}`]: (call) => documents.apply(call.params.name, call.json, call),
    [`list${One}Versions`]: (call) => documents.versions(call.params.id, call.query),
    [`rollback${One}`]: (call) => documents.rollback(call.params.id, call.body().version, call),
  };
  return made as unknown as Handlers<RouteIds<One, Many>>; // computed keys lose their names in the type
}

type AnyCall = Omit<Call<'rollbackConnection'>, 'query' | 'params'> & {
  params: { id: string; name: string };
  query: Call<'listConnections'>['query'];
};
