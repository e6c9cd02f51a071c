import type { Command } from 'commander';
import { allRights, closure, type Right } from '../../contract/accounts/rights.ts';
import type { ShownRole } from '../../contract/accounts/role.ts';
import type { ShownToken } from '../../contract/accounts/token.ts';
import { type ShownUser, userStatus } from '../../contract/accounts/user.ts';
import { type Context, choice, countTo, subcommand } from '../context.ts';
import { CommandError, exitCodes } from '../exit.ts';
import { nameOf } from '../kinds.ts';
import type { Column } from '../output.ts';
import { deleteCommand, getCommand } from './documents.ts';

/** `millrace users|roles|tokens list|get|create|change|delete`, and `users invite`. */
export function accountCommands(command: Command, context: Context) {
  userCommands(command.command('users').description('manage the people who can sign in'), context);
  roleCommands(command.command('roles').description('manage named sets of rights'), context);
  tokenCommands(command.command('tokens').description('manage API tokens'), context);
}

const user = 'id or e-mail';
const idOrName = 'id or name';
const rightOption = (words: string) => choice('--right <right...>', words, allRights);
const statusOption = (words: string) => choice('--status <status>', words, userStatus.options);

type UserOptions = { email?: string; status?: ShownUser['status']; role?: string[]; passwordStdin?: boolean };

function userCommands(group: Command, context: Context) {
  const { deps, server, output } = context;

  async function bodyFrom({ email, status, role, passwordStdin }: UserOptions) {
    const roles = role && (await Promise.all(role.map((name) => server().find('role', name))));
    return {
      email,
      status,
      roleIds: roles?.map(({ id }) => id),
      // Never as an argument: other users can read the process list, and the shell keeps a history.
      password: passwordStdin === true ? (await deps.readStdin()).replace(/\r?\n$/, '') : undefined,
    };
  }

  subcommand(group, 'list', 'list users, newest first')
    .option('--email <text>', 'only e-mail addresses that contain this text')
    .addOption(statusOption('only this status'))
    .option('--role <role>', 'only users with this role (id or name)')
    .action(async ({ email, status, role }: { email?: string; status?: string; role?: string }) => {
      const roleId = await server().idOf('role', role);
      const rows = await Array.fromAsync(server().list('user', { email, status, roleId }));
      const roles = output.format === 'table' ? await Array.fromAsync(server().list('role')) : [];
      output.rows(rows, userColumns(new Map(roles.map(({ id, name }) => [id, name]))));
    });
  getCommand(group, 'user', user, context);

  subcommand(group, 'create', 'create a user; prints a one-time link to set the password', [
    '<email>',
    'e-mail address to sign in with; no mail is sent to it',
  ])
    .option('--role <role...>', 'roles of the user (id or name)')
    .addOption(statusOption('default: enabled'))
    .option('--password-stdin', 'read the password from the standard input instead of creating an invitation')
    .action(async (email: string, options: UserOptions) => {
      const made = await server().call('createUser', { body: { ...(await bodyFrom(options)), email } });
      output.result(made, `created user ${made.email} (${made.id})`, ...invitation(made));
    });

  subcommand(
    group,
    'invite',
    'create a new one-time link to set the password of a user; the previous one stops working',
    ['<user>', user],
  ).action(async (name: string) => {
    const { id } = await server().find('user', name);
    const invited = await server().call('inviteUser', { params: { id } });
    output.result(invited, `invited user ${invited.email} (${id})`, ...invitation(invited));
  });

  subcommand(group, 'change', 'change a user', ['<user>', user])
    .option('--email <email>', 'new e-mail address')
    .addOption(statusOption('enable or disable'))
    .option('--role <role...>', 'replace the roles (id or name)')
    .option('--no-roles', 'remove all roles')
    .option('--password-stdin', 'read a new password from the standard input; ends all sessions')
    .action(async (name: string, { roles, ...options }: UserOptions & { roles: boolean }) => {
      const body = await bodyFrom({ ...options, ...(roles ? {} : { role: [] }) });
      await change('user', name, body, context);
    });
  deleteCommand(group, 'user', user, 'delete users with their sessions and tokens', context);
}

type RoleOptions = { name?: string; description?: string; right?: Right[] };

function roleCommands(group: Command, context: Context) {
  const { server, output } = context;
  subcommand(group, 'list', 'list roles, newest first')
    .option('--name <text>', 'only names that contain this text')
    .action(async ({ name }: { name?: string }) =>
      output.rows(await Array.fromAsync(server().list('role', { name })), roleColumns),
    );
  getCommand(group, 'role', idOrName, context);

  subcommand(group, 'create', 'create a role', ['<name>', 'name of the role'])
    .addOption(rightOption('rights, of those that you have; Manage includes View').makeOptionMandatory())
    .option('--description <text>', 'purpose of the role')
    .action(async (name: string, { right: rights = [], description }: RoleOptions) => {
      const made = await server().call('createRole', { body: { name, description, rights } });
      output.result(made, `created role ${made.name} (${made.id})`);
    });

  subcommand(group, 'change', 'change a role; applies immediately to all users who have it', ['<role>', idOrName])
    .option('--name <name>', 'new name')
    .option('--description <text>', 'new description')
    .addOption(rightOption('replace the rights'))
    .action((role: string, { right: rights, ...options }: RoleOptions) =>
      change('role', role, { ...options, rights }, context),
    );
  deleteCommand(group, 'role', idOrName, 'delete roles that no user has', context);
}

/** Up to a hundred years. */
const days = countTo(36_500);

type TokenOptions = { name?: string; right?: Right[]; days?: number; expiry: boolean };

function tokenCommands(group: Command, context: Context) {
  const { deps, server, output } = context;
  const expiresAt = ({ days, expiry }: TokenOptions) =>
    days === undefined ? (expiry ? undefined : null) : new Date(deps.now() + days * 86_400_000).toISOString();

  subcommand(group, 'list', 'list tokens, newest first')
    .option('--name <text>', 'only names that contain this text')
    .option('--user <user>', 'only tokens of this user (id or e-mail)')
    .option('--mine', 'only your own tokens (needs no right)')
    .action(async ({ name, user: owner, mine = false }: { name?: string; user?: string; mine?: boolean }) => {
      const userId = await server().idOf('user', owner);
      const found = mine ? server().list('ownToken') : server().list('token', { name, userId });
      const rows = await Array.fromAsync(found);
      output.rows(mine && name !== undefined ? rows.filter((one) => one.name.includes(name)) : rows, tokenColumns);
    });
  getCommand(group, 'token', idOrName, context);

  subcommand(group, 'create', 'create a token of your own and print its value, once', [
    '<name>',
    'name of the token, such as the program that uses it',
  ])
    .addOption(rightOption('rights, of those that you have; Manage includes View').makeOptionMandatory())
    .option('--days <number>', 'lifetime in days; default: 365', days)
    .option('--no-expiry', 'never expires')
    .action(async (name: string, options: TokenOptions) => {
      const body = { name, rights: options.right ?? [], expiresAt: expiresAt(options) };
      const made = await server().call('createMyToken', { body });
      output.result(made, `created token ${made.name} (${made.id})`, `${made.token}  (not shown again)`);
    });

  subcommand(group, 'change', 'change a token', ['<token>', idOrName])
    .option('--name <name>', 'new name')
    .addOption(rightOption('replace the rights'))
    .option('--days <number>', 'lifetime in days from now', days)
    .option('--no-expiry', 'never expires')
    .action((token: string, options: TokenOptions) =>
      change('token', token, { name: options.name, rights: options.right, expiresAt: expiresAt(options) }, context),
    );
  deleteCommand(group, 'token', idOrName, 'delete tokens, and the tokens created with them', context);
}

async function change(kind: 'user' | 'role' | 'token', name: string, body: object, { server, output }: Context) {
  if (Object.values(body).every((value) => value === undefined))
    throw new CommandError(exitCodes.usage, `Nothing to change; see millrace ${kind}s change --help.`);
  const { id } = await server().find(kind, name);
  const changed = await server().change(kind, id, body);
  output.result(changed, `changed ${kind} ${nameOf(changed)} (${id})`);
}

function invitation({ inviteUrl }: { inviteUrl?: string | undefined }): string[] {
  return inviteUrl === undefined ? [] : [`${inviteUrl}  (works once, for seven days; not shown again)`];
}

function userColumns(roles: ReadonlyMap<string, string>): Column<ShownUser>[] {
  return [
    ['ID', (one) => one.id],
    ['E-MAIL', (one) => one.email],
    ['STATUS', (one) => (one.invited ? `${one.status}, invited` : one.status)],
    ['ROLES', (one) => one.roleIds.map((id) => roles.get(id) ?? id).join(', ') || null],
    ['LAST SIGN-IN', (one) => one.lastSignInAt],
    ['CREATED', (one) => one.createdAt],
  ];
}

const roleColumns: Column<ShownRole>[] = [
  ['ID', (one) => one.id],
  ['NAME', (one) => one.name],
  ['RIGHTS', (one) => closure(one.rights).size],
  ['USERS', (one) => one.users],
  ['FIXED', (one) => (one.fixed ? 'yes' : 'no')],
];

const tokenColumns: Column<ShownToken>[] = [
  ['ID', (one) => one.id],
  ['NAME', (one) => one.name],
  ['OWNER', (one) => one.userId],
  ['RIGHTS', (one) => closure(one.rights).size],
  ['EXPIRES', (one) => one.expiresAt ?? 'never'],
  ['LAST USED', (one) => one.lastUsedAt],
];
