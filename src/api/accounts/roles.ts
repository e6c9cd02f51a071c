import type { Role } from '../../accounts/accounts.ts';
import { allRights, covers, rights } from '../../contract/accounts/rights.ts';
import { rolePatch, roleRoutes } from '../../contract/accounts/role.ts';
import { foldName } from '../../contract/fold-name.ts';
import { given } from '../../contract/given.ts';
import type { AccountSnapshot } from '../../identity/account-snapshot.ts';
import { changeRole, createRole, removeRole } from '../../identity/roles.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import { withoutIgnored } from '../documents/patch.ts';
import { found, validate } from '../http/validate.ts';
import { pageOfAccounts, shownAccounts } from './shown-account.ts';

export function roleHandlers(parts: ApiParts) {
  const { directory } = parts.identity;
  const shown = shownAccounts(directory);

  function find({ roles }: AccountSnapshot, id: string): Role {
    return found(roles.get(id), `There is no role ${id}.`);
  }

  return {
    listRoles({ query }) {
      const wanted = foldName(query.name ?? '');
      const roles = [...directory.snapshot.roles.values()].filter(({ name }) => foldName(name).includes(wanted));
      return pageOfAccounts(roles, query, shown.role);
    },

    async createRole(call) {
      const input = call.body();
      const { role } = await directory.change((snapshot) => createRole(snapshot, input, parts.newId, call.actor()));
      return shown.role(role);
    },

    getRole: ({ params }) => shown.role(find(directory.snapshot, params.id)),

    async changeRole(call) {
      const patch = given(validate(rolePatch, withoutIgnored(call.json, roleRoutes.changeRole)));
      const { role } = await directory.change((snapshot) =>
        changeRole(snapshot, call.ifMatch(find(snapshot, call.params.id)), patch, call.actor()),
      );
      return shown.role(role);
    },

    async deleteRole(call) {
      await directory.change((snapshot) =>
        removeRole(snapshot, call.ifMatch(find(snapshot, call.params.id)), call.actor()),
      );
    },

    listRights: () => ({
      data: allRights.map((right) => ({
        right,
        name: rights[right],
        implies: allRights.filter((other) => other !== right && covers(new Set([right]), other)),
      })),
    }),
  } satisfies Partial<Handlers>;
}
