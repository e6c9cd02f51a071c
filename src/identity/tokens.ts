import type { AccountChange, Token } from '../accounts/accounts.ts';
import { type TokenInput, type TokenPatch, tokenDays } from '../contract/accounts/token.ts';
import { AppError, invalid } from '../contract/errors.ts';
import type { NewId } from '../contract/ids.ts';
import type { AccountSnapshot } from './account-snapshot.ts';
import type { Plan } from './directory.ts';
import { type Actor, accountEntry, checkAddedRights, checkGrant, checkIsAbove, stamped } from './grants.ts';
import { digestOf } from './one-time-secret.ts';

/** The prefix of tokens, which lets secret scanners recognise leaked ones. */
export const tokenPrefix = 'mlr_';

/** Maximum number of tokens of one user. */
const tokensMost = 200;

type TokenPlan = Plan & { token: Token };

/** The plan of a new token of the actor, with the secret for its holder. Throws AppError `forbidden`. */
export function createToken(
  snapshot: AccountSnapshot,
  input: TokenInput,
  secret: string,
  newId: NewId,
  actor: Actor,
): TokenPlan {
  const { principal, at } = actor;
  checkGrant(actor, input.rights);
  const own = [...snapshot.tokens.values()].filter(({ userId }) => userId === principal.userId);
  if (own.length >= tokensMost)
    throw new AppError('conflict', `You have ${tokensMost} tokens. Delete the ones you no longer need.`);
  const token: Token = {
    id: newId('token'),
    name: input.name,
    userId: principal.userId,
    parentId: principal.tokenId,
    rights: input.rights,
    digest: digestOf(secret),
    expiresAt: input.expiresAt === undefined ? at + tokenDays * 86_400_000 : expiryOf(input.expiresAt, at),
    lastUsedAt: null,
    ...stamped(actor, null),
  };
  const reported = accountEntry(actor, 'create', namedOf(token), { after: audited(token) });
  return { token, changes: [{ op: 'put', kind: 'token', value: token }], entries: [reported] };
}

/**
 * The plan of a changed token. Throws AppError `forbidden` when it gets rights that the actor lacks, or changes
 * itself.
 */
export function changeToken(
  snapshot: AccountSnapshot,
  before: Token,
  patch: TokenPatch & { lastUsedAt: number | null },
  actor: Actor,
): TokenPlan {
  checkOwner(snapshot, before, actor);
  if (withAncestors(snapshot, actor.principal.tokenId).includes(before.id))
    throw new AppError('forbidden', 'A token can change neither itself nor the token it was created with.');
  const { name = before.name, rights = before.rights, lastUsedAt } = patch;
  checkAddedRights(actor, before.rights, rights);
  const expiresAt = patch.expiresAt === undefined ? before.expiresAt : expiryOf(patch.expiresAt, actor.at);
  const token: Token = { ...before, name, rights, expiresAt, lastUsedAt, ...stamped(actor, before) };
  const reported = accountEntry(actor, 'change', namedOf(token), { before: audited(before), after: audited(token) });
  return { token, changes: [{ op: 'put', kind: 'token', value: token }], entries: [reported] };
}

/** The plan of removing a token and those created with it. */
export function removeToken(snapshot: AccountSnapshot, token: Token, actor: Actor): Plan {
  if (token.userId !== actor.principal.userId) checkOwner(snapshot, token, actor);
  return { changes: withDescendants(snapshot, token.id).map(removal), entries: [revocation(actor, token)] };
}

/** The plan of removing the tokens of the actor, except the one in use and those it was created with. */
export function removeOtherTokens(snapshot: AccountSnapshot, actor: Actor): Plan {
  const { userId, tokenId } = actor.principal;
  const kept = new Set(withAncestors(snapshot, tokenId));
  const others = [...snapshot.tokens.values()].filter((one) => one.userId === userId && !kept.has(one.id));
  return { changes: others.map(({ id }) => removal(id)), entries: others.map((token) => revocation(actor, token)) };
}

const removal = (id: string): AccountChange => ({ op: 'remove', kind: 'token', id });

const revocation = (actor: Actor, token: Token) =>
  accountEntry(actor, 'revoke', namedOf(token), { before: audited(token) });

function checkOwner(snapshot: AccountSnapshot, { userId }: Token, actor: Actor): void {
  checkIsAbove(actor, userId === null ? null : snapshot.users.get(userId));
}

function withAncestors(snapshot: AccountSnapshot, id: string | null): string[] {
  return id === null ? [] : [id, ...withAncestors(snapshot, snapshot.tokens.get(id)?.parentId ?? null)];
}

function withDescendants(snapshot: AccountSnapshot, id: string): string[] {
  const children = [...snapshot.tokens.values()].filter(({ parentId }) => parentId === id);
  return [id, ...children.flatMap((child) => withDescendants(snapshot, child.id))];
}

function expiryOf(expiresAt: string | null, at: number): number | null {
  if (expiresAt === null) return null;
  const expiry = Date.parse(expiresAt);
  if (expiry > at) return expiry;
  throw invalid([{ pointer: '/expiresAt', detail: 'Must be in the future.' }]);
}

const namedOf = ({ id, name }: Token) => ({ kind: 'token' as const, id, name });
const audited = ({ name, userId, rights, expiresAt }: Token) => ({
  name,
  userId,
  rights,
  expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
});
