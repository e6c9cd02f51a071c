import { userPatch, userReadOnly } from '../../contract/accounts/user.ts';
import { AppError } from '../../contract/errors.ts';
import { type AccountSnapshot, foldEmail } from '../../identity/account-snapshot.ts';
import { newSecret } from '../../identity/one-time-secret.ts';
import { checkPassword } from '../../identity/password-policy.ts';
import { changeUser, createUser, inviteUser, removeUser } from '../../identity/users.ts';
import { actorOf } from '../call/audit-author.ts';
import type { ApiParts, Call, Handlers } from '../call/call.ts';
import { withoutReadOnly } from '../documents/patch.ts';
import { checkIfMatch, versionTag } from '../http/etag.ts';
import { validate } from '../http/validate.ts';
import { given } from '../http/without-undefined.ts';
import { pageOfRecords } from './account-list.ts';
import { shownAccounts } from './shown-account.ts';

type Ids = 'listUsers' | 'createUser' | 'getUser' | 'changeUser' | 'inviteUser' | 'deleteUser';

export function userHandlers(parts: ApiParts): Handlers<Ids> {
  const { directory, passwords } = parts.identity;
  const shown = shownAccounts(directory);

  function find({ users }: AccountSnapshot, id: string) {
    const user = users.get(id);
    if (user === undefined) throw new AppError('not_found', `There is no user ${id}.`);
    return user;
  }

  function findToChange(
    snapshot: AccountSnapshot,
    { params, request }: Call<'changeUser' | 'inviteUser' | 'deleteUser'>,
  ) {
    const user = find(snapshot, params.id);
    checkIfMatch(request.headers['if-match'], user.version);
    return user;
  }

  /** The URL of an invitation: below the public URL, else below the URL of this request. */
  function inviteUrl(secret: string, { request }: Pick<Call, 'request'>): string {
    const root = parts.publicUrl?.replace(/\/+$/, '') ?? `${request.protocol}://${request.headers.host}`;
    return `${root}/welcome?invite=${secret}`;
  }

  return {
    listUsers({ query }) {
      const { email, status, roleId } = query;
      const wanted = [...directory.snapshot.users.values()].filter(
        (one) =>
          (email === undefined || foldEmail(one.email).includes(foldEmail(email))) &&
          (status === undefined || one.status === status) &&
          (roleId === undefined || one.roleIds.includes(roleId)),
      );
      return pageOfRecords(wanted, query, shown.user);
    },

    async createUser(call) {
      const { password, ...input } = call.body();
      if (password !== undefined) checkPassword(password, input.email);
      const invite = newSecret();
      const entry = password === undefined ? { invite } : { passwordHash: await passwords.hash(password) };
      const { user } = await directory.change((snapshot) =>
        createUser(snapshot, input, entry, parts.newId, actorOf(call, parts)),
      );
      call.reply.headers({ etag: versionTag(user.version), location: `/api/v1/users/${user.id}` });
      return { ...shown.user(user), ...(password === undefined ? { inviteUrl: inviteUrl(invite, call) } : {}) };
    },

    getUser({ params, reply }) {
      const user = find(directory.snapshot, params.id);
      reply.header('etag', versionTag(user.version));
      return shown.user(user);
    },

    async changeUser(call) {
      const { password, ...patch } = given(validate(userPatch, withoutReadOnly(call.json, userReadOnly)));
      const { email } = findToChange(directory.snapshot, call);
      if (password !== undefined) checkPassword(password, patch.email ?? email);
      const set = password === undefined ? {} : { passwordHash: await passwords.hash(password) };
      const { user } = await directory.change((snapshot) =>
        changeUser(snapshot, findToChange(snapshot, call), { ...patch, ...set }, actorOf(call, parts)),
      );
      call.reply.header('etag', versionTag(user.version));
      return shown.user(user);
    },

    async inviteUser(call) {
      const invite = newSecret();
      const { user } = await directory.change((snapshot) =>
        inviteUser(snapshot, findToChange(snapshot, call), invite, actorOf(call, parts)),
      );
      call.reply.header('etag', versionTag(user.version));
      return { ...shown.user(user), inviteUrl: inviteUrl(invite, call) };
    },

    async deleteUser(call) {
      await directory.change((snapshot) => removeUser(snapshot, findToChange(snapshot, call), actorOf(call, parts)));
      return undefined;
    },
  };
}
