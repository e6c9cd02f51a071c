import { z } from 'zod';
import { pageOf, pageQuery } from '../records/page.ts';
import { api, route, tagged } from '../route.ts';
import { timestamp } from '../text.ts';
import { localPathMax, localPathPattern } from './credentials.ts';
import { right } from './role.ts';
import { newToken, token, tokenInput } from './token.ts';
import { email, newPassword, triedPassword, user } from './user.ts';

const oneTime = z.string().max(200);

/** Creates the first administrator. Works once, with the token from the setup link that the server printed. */
const setupInput = z.strictObject({ setupToken: oneTime, email, password: newPassword });

/** `open`: there is no administrator yet. */
export const setupState = z.strictObject({ open: z.boolean() });

/** Sets a password with the token of an invitation. */
const invitationInput = z.strictObject({ inviteToken: oneTime, password: newPassword });

/**
 * What the sign-in page offers. `passwordReset`: a link can be sent to people who forgot their password. `sso`: single
 * sign-on; null: none.
 */
const signInMethods = z.strictObject({
  passwordReset: z.boolean(),
  sso: z.strictObject({ label: z.string() }).nullable(),
});

/** A page of this server to open after a sign-in. */
export const localPath = z.string().max(localPathMax).regex(localPathPattern, 'Must be a path of this server.');

/** `to`: the page to open after the sign-in. `connect`: connects the user of the present session. */
const ssoInput = z.strictObject({ to: localPath.default('/'), connect: z.boolean().default(false) });

/** The parameters with which the provider sent the browser back. */
const ssoResponse = z.strictObject({
  state: z.string().max(200),
  code: z.string().max(4_000).optional(),
  iss: z.string().max(2_000).optional(),
  error: z.string().max(200).optional(),
});

/** Any text is accepted as an e-mail, like in `signInInput`. */
const resetRequestInput = z.strictObject({ email: z.string().max(254) });

/** Sets a password with the token of a link that was sent by e-mail. */
const resetInput = z.strictObject({ resetToken: oneTime, password: newPassword });

/** Why a session ended before its browser signed out. */
const sessionEnds = ['expired', 'signed_out', 'password_changed', 'account_disabled'] as const;
export type SessionEnd = (typeof sessionEnds)[number];

/**
 * The member `reason` of an `unauthorized` response to a request with credentials: why they are no longer valid.
 * `unknown`: the server has never seen them, or has forgotten them.
 */
export type CredentialEnd = SessionEnd | 'unknown';

/** Any text is accepted as an e-mail here: an invalid one fails like a wrong password. */
const signInInput = z.strictObject({ email: z.string().max(254), password: triedPassword });

const ownPatch = z.strictObject({
  password: newPassword,
  currentPassword: triedPassword
    .optional()
    .meta({ accepts: 'Required when the sign-in is over ten minutes old, and for a token.' }),
});

/** A session as its user sees it. Use extends `expiresAt`, up to seven days after the sign-in. */
export const session = z.strictObject({
  id: z.string(),
  current: z.boolean(),
  createdAt: timestamp,
  lastUsedAt: timestamp,
  expiresAt: timestamp,
  address: z.string(),
  userAgent: z.string(),
});
export type ShownSession = z.output<typeof session>;

/** The caller. `user` is null for MILLRACE_ADMIN_TOKEN; `session` or `tokenId` names the credentials used. */
export const me = z.strictObject({
  name: z.string(),
  rights: z.array(right),
  administrator: z.boolean(),
  user: user.nullable(),
  session: session.nullable(),
  tokenId: z.string().nullable(),
  /** Whether all deliveries of this server are held, by its settings. */
  deliveriesHeld: z.boolean(),
  /** How the operator calls this installation; null: not set. */
  environment: z.string().nullable(),
});

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
  getSignInMethods: route('GET /api/v1/sign-in-methods', null, 'Get the ways to sign in', { output: signInMethods }),
  requestPasswordReset: route(
    'POST /api/v1/password-resets',
    null,
    'Send a one-time link to reset a password, if a user has this e-mail address; the response does not tell',
    { audit: 'request_password_reset user', body: resetRequestInput, status: 202 },
  ),
  completePasswordReset: route(
    'POST /api/v1/password-resets/complete',
    null,
    'Set a password with a link that was sent by e-mail, once, and sign in; all other sessions end',
    { audit: 'set_password user', body: resetInput, output: me, status: 201 },
  ),
  beginSingleSignOn: route(
    'POST /api/v1/sso',
    null,
    'Begin to sign in with OpenID Connect: returns the URL at the provider; the response sets a cookie',
    { audit: null, body: ssoInput, output: z.strictObject({ authorizationUrl: z.string() }) },
  ),
  completeSingleSignOn: route(
    'POST /api/v1/sso/complete',
    null,
    'Sign in with the response of the provider; the response sets the session cookie',
    { audit: 'sign_in user', body: ssoResponse, output: me.extend({ to: z.string() }), status: 201 },
  ),
  getSession: api('GET /session', [], 'Get the current session; the same as /me', { output: me }),
  signOut: api('DELETE /session', [], 'Sign out: end the current session', { audit: 'sign_out session' }),
  getMe: api('GET /me', [], 'Get the caller and its rights', { output: me }),
  changeMe: api('PATCH /me', [], 'Set your own password; your other sessions end', {
    audit: 'set_password user',
    body: ownPatch,
    output: me,
  }),
  listMySessions: api('GET /me/sessions', [], 'List your sessions, newest first (not with a token)', {
    query: pageQuery(),
    output: pageOf(session),
  }),
  getMySession: api('GET /me/sessions/{id}', [], 'Get one of your sessions (not with a token)', { output: session }),
  endMySessions: api('DELETE /me/sessions', [], 'End your other sessions (not with a token)', {
    audit: 'revoke session',
  }),
  endMySession: api('DELETE /me/sessions/{id}', [], 'End one of your sessions (not with a token)', {
    audit: 'revoke session',
  }),
  listMyTokens: api('GET /me/tokens', [], 'List your tokens; with a token: itself and those created with it', {
    query: pageQuery(),
    output: pageOf(token),
  }),
  createMyToken: api('POST /me/tokens', [], 'Create a token with rights that you have; its value is returned once', {
    audit: 'create token',
    body: tokenInput,
    output: newToken,
    status: 201,
  }),
  getMyToken: api('GET /me/tokens/{id}', [], 'Get one of your tokens', { output: token }),
  deleteMyTokens: api('DELETE /me/tokens', [], 'Delete your other tokens; with a token: those created with it', {
    audit: 'revoke token',
  }),
  deleteMyToken: api('DELETE /me/tokens/{id}', [], 'Delete one of your tokens', { audit: 'revoke token' }),
});
