import { type TokenInput, tokenPatch, tokenReadOnly } from '../../contract/accounts/token.ts';
import { AppError } from '../../contract/errors.ts';
import { foldName } from '../../contract/fold-name.ts';
import type { AccountSnapshot } from '../../identity/account-snapshot.ts';
import { newSecret } from '../../identity/one-time-secret.ts';
import { changeToken, createToken, removeToken, tokenPrefix } from '../../identity/tokens.ts';
import { actorOf } from '../call/audit-author.ts';
import type { ApiParts, Call, Handlers, OutputOf } from '../call/call.ts';
import { withoutReadOnly } from '../documents/patch.ts';
import { checkIfMatch, versionTag } from '../http/etag.ts';
import { validate } from '../http/validate.ts';
import { given } from '../http/without-undefined.ts';
import { pageOfRecords } from './account-list.ts';
import { shownAccounts } from './shown-account.ts';

type Ids = 'listTokens' | 'createToken' | 'getToken' | 'changeToken' | 'deleteToken';

/** The tokens of all users. */
export function tokenHandlers(parts: ApiParts): Handlers<Ids> {
  const { directory } = parts.identity;
  const shown = shownAccounts(directory);

  function find({ tokens }: AccountSnapshot, id: string) {
    const token = tokens.get(id);
    if (token === undefined) throw new AppError('not_found', `There is no token ${id}.`);
    return token;
  }

  return {
    listTokens({ query }) {
      const { name, userId } = query;
      const wanted = [...directory.snapshot.tokens.values()].filter(
        (one) =>
          (name === undefined || foldName(one.name).includes(foldName(name))) &&
          (userId === undefined || one.userId === userId),
      );
      return pageOfRecords(wanted, query, shown.token);
    },

    createToken: (call) => makeToken(parts, call, call.body()),

    getToken({ params, reply }) {
      const token = find(directory.snapshot, params.id);
      reply.header('etag', versionTag(token.version));
      return shown.token(token);
    },

    async changeToken(call) {
      const patch = given(validate(tokenPatch, withoutReadOnly(call.json, tokenReadOnly)));
      const { token } = await directory.change((snapshot) => {
        const before = find(snapshot, call.params.id);
        checkIfMatch(call.request.headers['if-match'], before.version);
        const lastUsedAt = directory.lastUsedAt(before);
        return changeToken(snapshot, before, { ...patch, lastUsedAt }, actorOf(call, parts));
      });
      call.reply.header('etag', versionTag(token.version));
      return shown.token(token);
    },

    async deleteToken(call) {
      await directory.change((snapshot) => {
        const token = find(snapshot, call.params.id);
        checkIfMatch(call.request.headers['if-match'], token.version);
        return removeToken(snapshot, token, actorOf(call, parts));
      });
      return undefined;
    },
  };
}

/** Creates a token of the caller. Only this response contains its value. */
export async function makeToken(
  parts: ApiParts,
  call: Pick<Call, 'principal' | 'request' | 'reply'>,
  input: TokenInput,
): Promise<OutputOf<'createToken'>> {
  const { directory } = parts.identity;
  const secret = newSecret(tokenPrefix);
  const { token } = await directory.change((snapshot) =>
    createToken(snapshot, input, secret, parts.newId, actorOf(call, parts)),
  );
  call.reply.headers({ etag: versionTag(token.version), location: `/api/v1/tokens/${token.id}` });
  return { ...shownAccounts(directory).token(token), token: secret };
}
