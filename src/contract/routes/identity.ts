import { z } from 'zod';
import { invitationInput, me, ownPatch, session, setupInput, setupState, signInInput } from '../accounts/sign-in.ts';
import { newToken, token, tokenInput } from '../accounts/token.ts';
import { api, route, tagged } from '../route.ts';

const list = <T extends z.ZodType>(item: T) => z.strictObject({ data: z.array(item) });

/** Set-up, sign-in, and operations on the caller's own account. */
export const identityRoutes = tagged('identity', {
  getSetup: route('GET /api/v1/setup', null, 'Get whether set-up is open: there is no administrator yet', {
    output: setupState,
  }),
  setUp: route('POST /api/v1/setup', null, 'Create the first administrator, once, and sign in', {
    audit: 'set_up user',
    body: setupInput,
    output: me,
    status: 201,
  }),
  signIn: route('POST /api/v1/session', null, 'Sign in; the response sets the session cookie', {
    audit: 'sign_in user',
    body: signInInput,
    output: me,
    status: 201,
  }),
  acceptInvitation: route('POST /api/v1/invitation', null, 'Set a password with an invitation, once, and sign in', {
    audit: 'set_password user',
    body: invitationInput,
    output: me,
    status: 201,
  }),
  getSession: api('GET /session', [], 'Get the current session; the same as /me', { output: me }),
  signOut: api('DELETE /session', [], 'Sign out: end the current session', { audit: 'sign_out session' }),
  getMe: api('GET /me', [], 'Get the caller and its rights', { output: me }),
  changeMe: api('PATCH /me', [], 'Set your own password; your other sessions end', {
    audit: 'set_password user',
    body: ownPatch,
    output: me,
  }),
  listMySessions: api('GET /me/sessions', [], 'List your sessions, newest first', { output: list(session) }),
  getMySession: api('GET /me/sessions/{id}', [], 'Get one of your sessions', { output: session }),
  endMySessions: api('DELETE /me/sessions', [], 'End your other sessions', { audit: 'revoke session' }),
  endMySession: api('DELETE /me/sessions/{id}', [], 'End one of your sessions', { audit: 'revoke session' }),
  listMyTokens: api('GET /me/tokens', [], 'List your tokens, newest first', { output: list(token) }),
  createMyToken: api('POST /me/tokens', [], 'Create a token with rights that you have; its value is returned once', {
    audit: 'create token',
    body: tokenInput,
    output: newToken,
    status: 201,
  }),
  getMyToken: api('GET /me/tokens/{id}', [], 'Get one of your tokens', { output: token }),
  deleteMyToken: api('DELETE /me/tokens/{id}', [], 'Delete one of your tokens', { audit: 'revoke token' }),
});
