import type { User } from '../../accounts/accounts.ts';
import { userPatch, userRoutes } from '../../contract/accounts/user.ts';
import { given } from '../../contract/given.ts';
import { type AccountSnapshot, foldEmail } from '../../identity/account-snapshot.ts';
import { newSecret } from '../../identity/one-time-secret.ts';
import { checkPassword } from '../../identity/password/password-policy.ts';
import { changeUser, createUser, inviteUser, removeUser } from '../../identity/users.ts';
import type { ApiParts, Call, Handlers } from '../call/call.ts';
import { withoutIgnored } from '../documents/patch.ts';
import { found, validate } from '../http/validate.ts';
import { pageOfAccounts, shownAccounts } from './shown-account.ts';

export function userHandlers(parts: ApiParts) {
  const { directory, passwords } = parts.identity;
  const shown = shownAccounts(directory);

  function find({ users }: AccountSnapshot, id: string): User {
    return found(users.get(id), `There is no user ${id}.`);
  }

  const findToChange = (snapshot: AccountSnapshot, call: Call<'changeUser' | 'inviteUser' | 'deleteUser'>): User =>
    call.ifMatch(find(snapshot, call.params.id));

  /**
   * The URL of an invitation: below the public URL, else below the URL of this request. No server sees the part after `#`,
   * so that no access log has the secret.
   */
  function inviteUrl(secret: string, { request }: Pick<Call, 'request'>): string {
    const root = parts.publicUrl?.replace(/\/+$/, '') ?? `${request.protocol}://${request.headers.host}`;
    return `${root}/welcome#invite=${secret}`;
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
      return pageOfAccounts(wanted, query, shown.user);
    },

    async createUser(call) {
      const { password, ...input } = call.body();
      if (password !== undefined) checkPassword(password, input.email);
      const invite = newSecret();
      const entry = password === undefined ? { invite } : { passwordHash: await passwords.hash(password) };
      const { user } = await directory.change((snapshot) =>
        createUser(snapshot, input, entry, parts.newId, call.actor()),
      );
      return { ...shown.user(user), ...(password === undefined ? { inviteUrl: inviteUrl(invite, call) } : {}) };
    },

    getUser: ({ params }) => shown.user(find(directory.snapshot, params.id)),

    async changeUser(call) {
      const { password, ...patch } = given(validate(userPatch, withoutIgnored(call.json, userRoutes.changeUser)));
      const { email } = findToChange(directory.snapshot, call);
      if (password !== undefined) checkPassword(password, patch.email ?? email);
      const set = password === undefined ? {} : { passwordHash: await passwords.hash(password) };
      const { user } = await directory.change((snapshot) =>
        changeUser(snapshot, findToChange(snapshot, call), { ...patch, ...set }, call.actor()),
      );
      return shown.user(user);
    },

    async inviteUser(call) {
      const invite = newSecret();
      const { user } = await directory.change((snapshot) =>
        inviteUser(snapshot, findToChange(snapshot, call), invite, call.actor()),
      );
      return { ...shown.user(user), inviteUrl: inviteUrl(invite, call) };
    },

    async deleteUser(call) {
      await directory.change((snapshot) => removeUser(snapshot, findToChange(snapshot, call), call.actor()));
    },
  } satisfies Partial<Handlers>;
}
