import { AppError } from '../contract/errors.ts';
import { foldName } from '../contract/fold-name.ts';
import { allRights, covers, rights } from '../contract/rights.ts';
import { rolePatch, roleReadOnly } from '../contract/role.ts';
import type { Picture } from '../identity/picture.ts';
import { changeRole, createRole, removeRole } from '../identity/roles.ts';
import { pageOfRecords } from './account-list.ts';
import { actorOf } from './author.ts';
import type { ApiParts, Handlers } from './call.ts';
import { withoutReadOnly } from './document-patch.ts';
import { checkIfMatch, versionTag } from './entity-tag.ts';
import { given } from './given.ts';
import { shownAccounts } from './shown-account.ts';
import { validate } from './validate.ts';

type Ids = 'listRoles' | 'createRole' | 'getRole' | 'changeRole' | 'deleteRole' | 'listRights';

export function roleHandlers(parts: ApiParts): Handlers<Ids> {
  const { directory } = parts.identity;
  const shown = shownAccounts(directory);

  function find({ roles }: Picture, id: string) {
    const role = roles.get(id);
    if (role === undefined) throw new AppError('not_found', `There is no role ${id}.`);
    return role;
  }

  return {
    listRoles({ query }) {
      const wanted = foldName(query.name ?? '');
      const roles = [...directory.picture.roles.values()].filter(({ name }) => foldName(name).includes(wanted));
      return pageOfRecords(roles, query, shown.role);
    },

    async createRole(call) {
      const input = call.body();
      const { role } = await directory.change((picture) =>
        createRole(picture, input, parts.newId, actorOf(call, parts)),
      );
      call.reply.headers({ etag: versionTag(role.version), location: `/api/v1/roles/${role.id}` });
      return shown.role(role);
    },

    getRole({ params, reply }) {
      const role = find(directory.picture, params.id);
      reply.header('etag', versionTag(role.version));
      return shown.role(role);
    },

    async changeRole(call) {
      const patch = validate(rolePatch, withoutReadOnly(call.json, roleReadOnly));
      const { role } = await directory.change((picture) => {
        const before = find(picture, call.params.id);
        checkIfMatch(call.request.headers['if-match'], before.version);
        return changeRole(picture, before, given(patch), actorOf(call, parts));
      });
      call.reply.header('etag', versionTag(role.version));
      return shown.role(role);
    },

    async deleteRole(call) {
      await directory.change((picture) => {
        const role = find(picture, call.params.id);
        checkIfMatch(call.request.headers['if-match'], role.version);
        return removeRole(picture, role, actorOf(call, parts));
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
