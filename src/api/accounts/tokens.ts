import type { Token } from '../../accounts/accounts.ts';
import { type TokenInput, tokenPatch, tokenPrefix, tokenRoutes } from '../../contract/accounts/token.ts';
import { foldName } from '../../contract/fold-name.ts';
import { given } from '../../contract/given.ts';
import type { AccountSnapshot } from '../../identity/account-snapshot.ts';
import { newSecret } from '../../identity/one-time-secret.ts';
import { changeToken, createToken, removeToken } from '../../identity/tokens.ts';
import type { ApiParts, Call, Handlers, OutputOf } from '../call/call.ts';
import { withoutIgnored } from '../documents/patch.ts';
import { found, validate } from '../http/validate.ts';
import { pageOfAccounts, shownAccounts } from './shown-account.ts';

/** The tokens of all users. */
export function tokenHandlers(parts: ApiParts) {
  const { directory } = parts.identity;
  const shown = shownAccounts(directory);

  function find({ tokens }: AccountSnapshot, id: string): Token {
    return found(tokens.get(id), `There is no token ${id}.`);
  }

  return {
    listTokens({ query }) {
      const { userId } = query;
      const wanted = foldName(query.name ?? '');
      const tokens = [...directory.snapshot.tokens.values()].filter(
        (one) => foldName(one.name).includes(wanted) && (userId === undefined || one.userId === userId),
      );
      return pageOfAccounts(tokens, query, shown.token);
    },

    createToken: (call) => makeToken(parts, call, call.body()),

    getToken: ({ params }) => shown.token(find(directory.snapshot, params.id)),

    async changeToken(call) {
      const patch = given(validate(tokenPatch, withoutIgnored(call.json, tokenRoutes.changeToken)));
      const { token } = await directory.change((snapshot) => {
        const before = call.ifMatch(find(snapshot, call.params.id));
        const lastUsedAt = directory.lastUsedAt(before);
        return changeToken(snapshot, before, { ...patch, lastUsedAt }, call.actor());
      });
      return shown.token(token);
    },

    async deleteToken(call) {
      await directory.change((snapshot) =>
        removeToken(snapshot, call.ifMatch(find(snapshot, call.params.id)), call.actor()),
      );
    },
  } satisfies Partial<Handlers>;
}

/** Creates a token of the caller. Only this response contains its value. */
export async function makeToken(
  parts: ApiParts,
  { actor }: Pick<Call, 'actor'>,
  input: TokenInput,
): Promise<OutputOf<'createToken'>> {
  const { directory } = parts.identity;
  const secret = newSecret(tokenPrefix);
  const { token } = await directory.change((snapshot) => createToken(snapshot, input, secret, parts.newId, actor()));
  return { ...shownAccounts(directory).token(token), token: secret };
}
