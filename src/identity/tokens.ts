import type { AccountChange, Token } from '../accounts/accounts.ts';
import { closure } from '../contract/accounts/rights.ts';
import { type TokenInput, type TokenPatch, tokenDays } from '../contract/accounts/token.ts';
import { AppError, invalid } from '../contract/errors.ts';
import type { NewId } from '../contract/ids.ts';
import type { AccountSnapshot } from './account-snapshot.ts';
import type { Plan } from './directory.ts';
import { type Actor, accountEntry, checkAddedRights, checkGrant, checkIsAbove, stamped } from './grants.ts';
import { digestOf } from './one-time-secret.ts';
import type { Principal } from './principal.ts';

/** Maximum number of tokens that one user creates without a token, and of those created with one of them, at any depth. */
const tokensMax = { own: 200, createdWithOne: 100 };

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
  checkRoom(snapshot, actor);
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
 * The plan of a changed token. Throws AppError `forbidden` when it gets rights that the actor lacks, or a later expiry
 * while it has such rights, when it changes itself, and like `checkIsWithin`.
 */
export function changeToken(
  snapshot: AccountSnapshot,
  before: Token,
  patch: TokenPatch & { lastUsedAt: number | null },
  actor: Actor,
): TokenPlan {
  checkOwner(snapshot, before, actor);
  checkIsWithin(snapshot, before, actor);
  if (before.id === actor.principal.tokenId) throw new AppError('forbidden', "A token can't change itself.");
  const { name = before.name, rights = before.rights, lastUsedAt } = patch;
  checkAddedRights(actor, before.rights, rights);
  const expiresAt = patch.expiresAt === undefined ? before.expiresAt : expiryOf(patch.expiresAt, actor.at);
  // A former holder may still know the value of an expired token.
  if (isLater(expiresAt, before.expiresAt)) checkGrant(actor, closure(rights));
  const token: Token = { ...before, name, rights, expiresAt, lastUsedAt, ...stamped(actor, before) };
  const reported = accountEntry(actor, 'change', namedOf(token), { before: audited(before), after: audited(token) });
  return { token, changes: [{ op: 'put', kind: 'token', value: token }], entries: [reported] };
}

/** The plan of removing a token and those created with it. Throws AppError `forbidden` like `checkIsWithin`. */
export function removeToken(snapshot: AccountSnapshot, token: Token, actor: Actor): Plan {
  checkIsWithin(snapshot, token, actor);
  if (token.userId !== actor.principal.userId) checkOwner(snapshot, token, actor);
  return { changes: withDescendants(snapshot, token.id).map(removal), entries: [revocation(actor, token)] };
}

/** The plan of removing the tokens of the actor, except the one in use. */
export function removeOtherTokens(snapshot: AccountSnapshot, actor: Actor): Plan {
  const others = ownTokens(snapshot, actor.principal).filter(({ id }) => id !== actor.principal.tokenId);
  return { changes: others.map(({ id }) => removal(id)), entries: others.map((token) => revocation(actor, token)) };
}

/** The tokens of a principal: all of a user, or a token with those created with it. */
export function ownTokens(snapshot: AccountSnapshot, { userId, tokenId }: Principal): Token[] {
  if (tokenId === null) return [...snapshot.tokens.values()].filter((one) => one.userId === userId);
  return withDescendants(snapshot, tokenId).flatMap((id) => snapshot.tokens.get(id) ?? []);
}

/**
 * Throws AppError `forbidden` when the actor is a token, and this is another token of its owner that was not created with
 * it: a leaked token must not end those that work beside it.
 */
export function checkIsWithin(
  snapshot: AccountSnapshot,
  { id, userId }: Token,
  { principal }: Pick<Actor, 'principal'>,
) {
  const { tokenId } = principal;
  if (tokenId === null || userId !== principal.userId || withAncestors(snapshot, id).includes(tokenId)) return;
  throw new AppError('forbidden', 'Of the tokens of its user, a token reaches only itself and those created with it.');
}

/** Throws AppError `conflict` when there are too many. Tokens created with one token don't take the places of others. */
function checkRoom(snapshot: AccountSnapshot, { principal: { userId, tokenId } }: Actor): void {
  const root = withAncestors(snapshot, tokenId).at(-1);
  const ofUser = [...snapshot.tokens.values()].filter((one) => one.userId === userId && one.parentId === null);
  const [count, most] =
    root === undefined
      ? [ofUser.length, tokensMax.own]
      : [withDescendants(snapshot, root).length - 1, tokensMax.createdWithOne];
  if (count < most) return;
  const place = root === undefined ? 'You have' : 'One of your tokens created';
  throw new AppError('conflict', `${place} ${most} tokens. Delete the ones you no longer need.`);
}

const isLater = (one: number | null, other: number | null) =>
  (one ?? Number.POSITIVE_INFINITY) > (other ?? Number.POSITIVE_INFINITY);

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
