import { z } from 'zod';
import { invitationInput, me, ownPatch, session, setupInput, setupState, signInInput } from '../accounts/sign-in.ts';
import { newToken, token, tokenInput } from '../accounts/token.ts';
import { api, route } from '../route.ts';

const list = <T extends z.ZodType>(item: T) => z.strictObject({ data: z.array(item) });

/** Becoming somebody, and what everybody may do with what is his own. */
export const identityRoutes = {
  getSetup: route('GET', '/api/v1/setup', null, 'Whether there is no administrator yet', {
    tag: 'identity',
    output: setupState,
  }),
  setUp: route('POST', '/api/v1/setup', null, 'Make the first administrator, once, and sign in', {
    tag: 'identity',
    audit: { act: 'set_up', kind: 'user' },
    body: setupInput,
    output: me,
    status: 201,
  }),
  signIn: route('POST', '/api/v1/session', null, 'Sign in; the answer sets the session cookie', {
    tag: 'identity',
    audit: { act: 'sign_in', kind: 'user' },
    body: signInInput,
    output: me,
    status: 201,
  }),
  acceptInvitation: route('POST', '/api/v1/invitation', null, 'Set a password with an invitation, once, and sign in', {
    tag: 'identity',
    audit: { act: 'set_password', kind: 'user' },
    body: invitationInput,
    output: me,
    status: 201,
  }),
  getSession: api('GET', '/session', [], 'The present session; the same as /me', { tag: 'identity', output: me }),
  signOut: api('DELETE', '/session', [], 'Sign out: end the present session', {
    tag: 'identity',
    audit: { act: 'sign_out', kind: 'session' },
    status: 204,
  }),
  getMe: api('GET', '/me', [], 'Who is asking, and with which rights', { tag: 'identity', output: me }),
  changeMe: api('PATCH', '/me', [], 'Set your own password; your other sessions end', {
    tag: 'identity',
    audit: { act: 'set_password', kind: 'user' },
    body: ownPatch,
    output: me,
  }),
  listMySessions: api('GET', '/me/sessions', [], 'List your sessions, newest first', {
    tag: 'identity',
    output: list(session),
  }),
  getMySession: api('GET', '/me/sessions/{id}', [], 'Get one of your sessions', { tag: 'identity', output: session }),
  endMySessions: api('DELETE', '/me/sessions', [], 'End your sessions, all but the present one', {
    tag: 'identity',
    audit: { act: 'revoke', kind: 'session' },
    status: 204,
  }),
  endMySession: api('DELETE', '/me/sessions/{id}', [], 'End one of your sessions', {
    tag: 'identity',
    audit: { act: 'revoke', kind: 'session' },
    status: 204,
  }),
  listMyTokens: api('GET', '/me/tokens', [], 'List your tokens, newest first', {
    tag: 'identity',
    output: list(token),
  }),
  createMyToken: api('POST', '/me/tokens', [], 'Make a token with rights that you have; its value is told once', {
    tag: 'identity',
    audit: { act: 'create', kind: 'token' },
    body: tokenInput,
    output: newToken,
    status: 201,
  }),
  getMyToken: api('GET', '/me/tokens/{id}', [], 'Get one of your tokens', { tag: 'identity', output: token }),
  deleteMyToken: api('DELETE', '/me/tokens/{id}', [], 'Delete one of your tokens', {
    tag: 'identity',
    audit: { act: 'revoke', kind: 'token' },
    status: 204,
  }),
};
