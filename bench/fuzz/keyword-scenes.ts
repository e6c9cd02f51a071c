import type { Client } from '../../src/client/client.ts';
import { eventually } from '../../test/support/eventually.ts';
import { type FakeOpenIdProvider, startFakeOpenIdProvider } from '../../test/support/fake-openid-provider.ts';
import { type Posted, post } from '../../test/support/post.ts';
import { setUpAddress } from '../../test/support/process.ts';
import { linkIn, type SmtpServer, startSmtpServer } from '../../test/support/smtp-server.ts';
import { type FuzzServer, startFuzzServer } from './fuzz-server.ts';
import type { KeywordRequest } from './keyword-requests.ts';

/** What a request has in place of its own body and credentials, and the id in its path. */
export type Scene = {
  body?: unknown;
  headers?: Record<string, string>;
  id?: string;
  /** Called when the response is here. */
  after?(): unknown;
};

/** A server with all that signing in needs: a mail server, and a provider of single sign-on. */
export type SignInServer = AsyncDisposable & {
  server: FuzzServer;
  mails: SmtpServer['mails'];
  provider: FakeOpenIdProvider;
};

export async function startSignInServer(): Promise<SignInServer> {
  await using stack = new AsyncDisposableStack();
  const smtp = stack.use(await startSmtpServer());
  const provider = stack.use(await startFakeOpenIdProvider());
  const server = stack.use(
    await startFuzzServer({
      // Each request comes from an address of its own: attempts to sign in have limits by address.
      MILLRACE_TRUSTED_PROXIES: '127.0.0.1',
      MILLRACE_SMTP_HOST: '127.0.0.1',
      MILLRACE_SMTP_PORT: String(smtp.port),
      MILLRACE_SMTP_SECURITY: 'none',
      MILLRACE_SMTP_FROM: 'millrace@example.com',
      MILLRACE_OIDC_ISSUER: provider.issuer,
      MILLRACE_OIDC_CLIENT_ID: 'millrace',
      MILLRACE_OIDC_CLIENT_SECRET: 'the secret of the client',
      MILLRACE_OIDC_ROLES: 'marketing=Marketer',
    }),
  );
  const started = stack.move();
  return { server, mails: smtp.mails, provider, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

const password = 'a long enough password';

/**
 * The state that an operation needs to succeed, made before its request: a session, a one-time token, a response of the
 * provider, a running import. `name`: a new name.
 */
export function keywordScenes(
  { server: { url, running }, mails, provider }: SignInServer,
  { client, token, name }: { client: Client; token: string; name: () => string },
): (request: KeywordRequest) => Promise<Scene> {
  let addresses = 0;
  const sender = () => ({ 'x-forwarded-for': `198.51.${++addresses >> 8}.${addresses & 255}` });
  const posted = (path: string, body: unknown) => post(url, path, body, sender());
  const withCookie = (cookie: string) => ({ cookie, authorization: '', 'sec-fetch-site': 'same-origin' });

  async function newUser(): Promise<string> {
    const email = `${name()}@example.com`;
    await client.call('createUser', { body: { email, password } });
    return email;
  }

  async function session(email: string): Promise<{ id: string; cookie: string }> {
    const signedIn = await posted('/session', { email, password });
    return { id: Object(signedIn.json['session']).id, cookie: sessionCookie(signedIn) };
  }

  const sessions = new Map<string, Promise<{ id: string; cookie: string; email: string }>>();
  function sessionFor(operation: string) {
    const made = sessions.get(operation) ?? newUser().then(async (email) => ({ email, ...(await session(email)) }));
    sessions.set(operation, made);
    return made;
  }

  const scenes: { [operation: string]: (request: KeywordRequest) => Promise<Scene> } = {
    setUp: async () => ({
      body: {
        setupToken: setUpAddress(running)?.hash.replace('#setup=', ''),
        email: `${name()}@example.com`,
        password,
      },
    }),
    async acceptInvitation() {
      const { inviteUrl = '' } = await client.call('createUser', { body: { email: `${name()}@example.com` } });
      return { body: { inviteToken: new URL(inviteUrl).hash.replace('#invite=', ''), password } };
    },
    async completePasswordReset() {
      const email = await newUser();
      await posted('/password-resets', { email });
      const mail = await eventually('the link', () => mails.find(({ to }) => to.includes(email)) ?? null);
      return { body: { resetToken: new URL(linkIn(mail)).hash.replace('#reset=', ''), password } };
    },
    async completeSingleSignOn() {
      const sub = name();
      provider.person = { sub, email: `${sub}@example.com`, email_verified: true, groups: ['marketing'] };
      const begun = await posted('/sso', {});
      const { searchParams } = provider.authorize(String(begun.json['authorizationUrl']));
      return {
        body: Object.fromEntries(searchParams),
        headers: { cookie: begun.cookie('millrace-sso'), authorization: '', 'sec-fetch-site': 'same-origin' },
      };
    },
    async endMySession() {
      const { email, cookie } = await sessionFor('endMySession');
      return { id: (await session(email)).id, headers: withCookie(cookie) };
    },
    async importProgress() {
      const id = name();
      const documents = Array.from({ length: 10_000 }, (_, n) => ({
        kind: 'behaviors',
        name: `${id} ${n}`,
        condition: { all: [] },
      }));
      const body = JSON.stringify({ dryRun: true, documents });
      const headers = { ...sender(), 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const ended = new AbortController();
      const { signal } = ended;
      const request = fetch(`${url}/api/v1/import?progressId=${id}`, { method: 'POST', headers, body, signal });
      request.catch(() => {}); // ended below
      const path = { params: { progressId: id } };
      await eventually('the import', () => client.call('importProgress', path).catch(() => null));
      return { id, after: () => ended.abort() };
    },
  };
  const ofSession = ['listMySessions', 'getMySession', 'endMySessions', 'changeMe'];

  return async (request) => {
    const { id: operation, keyword } = request;
    if (ofSession.includes(operation)) {
      const { id, cookie } = await sessionFor(operation);
      return { id, headers: { ...sender(), ...withCookie(cookie) } };
    }
    // A small size of the storage would leave no room for events.
    const unbounded = { body: { retention: { bytes: null } } };
    if (operation === 'changeSettings')
      return { headers: sender(), after: () => client.call('changeSettings', unbounded) };
    // The other requests of an operation are refused before its state matters.
    const scene = keyword === 'base' ? await scenes[operation]?.(request) : undefined;
    return { ...scene, headers: { ...sender(), ...scene?.headers } };
  };
}

function sessionCookie(signedIn: Posted): string {
  return signedIn.cookie('millrace') || signedIn.cookie('__Host-millrace');
}
