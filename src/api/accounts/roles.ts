import { allRights, covers, rights } from '../../contract/accounts/rights.ts';
import { rolePatch, roleReadOnly } from '../../contract/accounts/role.ts';
import { AppError } from '../../contract/errors.ts';
import { foldName } from '../../contract/fold-name.ts';
import type { AccountSnapshot } from '../../identity/account-snapshot.ts';
import { changeRole, createRole, removeRole } from '../../identity/roles.ts';
import { actorOf } from '../call/audit-author.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import { withoutReadOnly } from '../documents/patch.ts';
import { checkIfMatch, versionTag } from '../http/etag.ts';
import { validate } from '../http/validate.ts';
import { given } from '../http/without-undefined.ts';
import { pageOfRecords } from './account-list.ts';
import { shownAccounts } from './shown-account.ts';

type Ids = 'listRoles' | 'createRole' | 'getRole' | 'changeRole' | 'deleteRole' | 'listRights';

export function roleHandlers(parts: ApiParts): Handlers<Ids> {
  const { directory } = parts.identity;
  const shown = shownAccounts(directory);

  function find({ roles }: AccountSnapshot, id: string) {
    const role = roles.get(id);
    if (role === undefined) throw new AppError('not_found', `There is no role ${id}.`);
    return role;
  }

  return {
    listRoles({ query }) {
      const wanted = foldName(query.name ?? '');
      const roles = [...directory.snapshot.roles.values()].filter(({ name }) => foldName(name).includes(wanted));
      return pageOfRecords(roles, query, shown.role);
    },

    async createRole(call) {
      const input = call.body();
      const { role } = await directory.change((snapshot) =>
        createRole(snapshot, input, parts.newId, actorOf(call, parts)),
      );
      call.reply.headers({ etag: versionTag(role.version), location: `/api/v1/roles/${role.id}` });
      return shown.role(role);
    },

    getRole({ params, reply }) {
      const role = find(directory.snapshot, params.id);
      reply.header('etag', versionTag(role.version));
      return shown.role(role);
    },

    async changeRole(call) {
      const patch = validate(rolePatch, withoutReadOnly(call.json, roleReadOnly));
      const { role } = await directory.change((snapshot) => {
        const before = find(snapshot, call.params.id);
        checkIfMatch(call.request.headers['if-match'], before.version);
        return changeRole(snapshot, before, given(patch), actorOf(call, parts));
      });
      call.reply.header('etag', versionTag(role.version));
      return shown.role(role);
    },

    async deleteRole(call) {
      await directory.change((snapshot) => {
        const role = find(snapshot, call.params.id);
        checkIfMatch(call.request.headers['if-match'], role.version);
        return removeRole(snapshot, role, actorOf(call, parts));
      });
      return undefined;
    },

    listRights: () => ({
      data: allRights.map((right) => ({
        right,
        name: rights[right],
        implies: allRights.filter((other) => other !== right && covers(new Set([right]), other)),
      })),
    }),
  };
}
