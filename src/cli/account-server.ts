import type { ShownRole } from '../contract/accounts/role.ts';
import type { ShownToken } from '../contract/accounts/token.ts';
import type { ShownUser } from '../contract/accounts/user.ts';
import { CommandError, exitCodes } from './exit.ts';

/** The fields printed of each kind. Only the response that creates them contains `inviteUrl` or `token`. */
type Shown = {
  user: ShownUser & { inviteUrl?: string };
  role: ShownRole;
  token: ShownToken & { token?: string };
  /** The caller's own tokens, which need no right. */
  ownToken: ShownToken & { token?: string };
};

export type AccountKind = keyof Shown;
type Filters = Readonly<Record<string, string | undefined>>;

/** Users, roles and tokens of a running server. A refused request throws a CommandError. */
export type Accounts = {
  /** Newest first, one page after the other. */
  list<Kind extends AccountKind>(kind: Kind, filters?: Filters): AsyncIterable<Shown[Kind]>;
  /** By id or name; the name of a user is the e-mail address. */
  find<Kind extends AccountKind>(kind: Kind, nameOrId: string): Promise<Shown[Kind]>;
  create<Kind extends AccountKind>(kind: Kind, body: object): Promise<Shown[Kind]>;
  change<Kind extends 'user' | 'role' | 'token'>(kind: Kind, id: string, body: object): Promise<Shown[Kind]>;
  remove(kind: AccountKind, id: string): Promise<void>;
  /** Invites a user again; the previous invitation stops working. */
  invite(id: string): Promise<Shown['user']>;
};

type Ask = {
  call<Output>(routeId: string, input?: { params?: Record<string, string>; body?: unknown }): Promise<Output>;
  pages<Item>(routeId: string, input: { query: Filters }): AsyncIterable<Item>;
};

const kinds = {
  user: { routes: 'User', called: 'user', nameField: 'email' },
  role: { routes: 'Role', called: 'role', nameField: 'name' },
  token: { routes: 'Token', called: 'token', nameField: 'name' },
  ownToken: { routes: 'MyToken', called: 'token', nameField: 'name' },
} as const satisfies Record<AccountKind, unknown>;

export function accountsOf({ call, pages }: Ask): Accounts {
  async function* list<Kind extends AccountKind>(kind: Kind, filters: Filters = {}): AsyncIterable<Shown[Kind]> {
    if (kind !== 'ownToken') return yield* pages<Shown[Kind]>(`list${kinds[kind].routes}s`, { query: filters });
    const { data } = await call<{ data: Shown[Kind][] }>('listMyTokens');
    yield* data;
  }

  async function find<Kind extends AccountKind>(kind: Kind, nameOrId: string): Promise<Shown[Kind]> {
    const { routes, called, nameField } = kinds[kind];
    if (/^(usr|rol|tok)_[0-9a-z_]+$/.test(nameOrId)) return call(`get${routes}`, { params: { id: nameOrId } });
    const found: Shown[Kind][] = [];
    for await (const one of list(kind, { [nameField]: nameOrId }))
      if (fold(nameOf(one)) === fold(nameOrId)) found.push(one);
    const [first, ...more] = found;
    if (first === undefined) throw new CommandError(exitCodes.refused, `No ${called} has the name ${nameOrId}.`);
    if (more.length > 0)
      throw new CommandError(
        exitCodes.refused,
        `${found.length} ${called}s have the name ${nameOrId}. Use an id: ${found.map(({ id }) => id).join(', ')}.`,
      );
    return first;
  }

  return {
    list,
    find,
    // A token always belongs to the caller.
    create: (kind, body) => call(kind === 'token' ? 'createMyToken' : `create${kinds[kind].routes}`, { body }),
    change: (kind, id, body) => call(`change${kinds[kind].routes}`, { params: { id }, body }),
    async remove(kind, id) {
      await call(`delete${kinds[kind].routes}`, { params: { id } });
    },
    invite: (id) => call('inviteUser', { params: { id } }),
  };
}

/** The display name. */
export function nameOf(one: ShownUser | ShownRole | ShownToken): string {
  return 'email' in one ? one.email : one.name;
}

const fold = (text: string) => text.normalize('NFC').toLowerCase();
