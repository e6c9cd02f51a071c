import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

type Claims = Record<string, unknown>;

/** An OpenID provider on 127.0.0.1 that says whatever a test wants. Everybody is signed in as `person`. */
export interface FakeOpenIdProvider extends AsyncDisposable {
  readonly issuer: string;
  /** The claims of the person who signs in next. */
  person: Claims;
  /** Claims that replace those of the next ID tokens. */
  forged: Claims;
  /** Whether the next ID tokens are signed by a key that the provider does not publish. */
  isKeyForeign: boolean;
  /** Replaces every response. */
  answer: ((request: IncomingMessage, response: ServerResponse) => void) | null;
  /** The bodies of token requests, with the client's credentials. */
  readonly tokenRequests: { form: URLSearchParams; authorization: string | undefined }[];
  /** The User-Agent of every request. */
  readonly agents: Set<string | undefined>;
  /** Signs the person in at an authorization URL; returns the URL to which the browser is sent back. */
  authorize(authorizationUrl: string): URL;
}

export async function startFakeOpenIdProvider(): Promise<FakeOpenIdProvider> {
  const own = await generateKeyPair('RS256', { extractable: true });
  const foreign = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' };
  const codes = new Map<string, URLSearchParams>();
  const server = createServer(async (request, response) => {
    provider.agents.add(request.headers['user-agent']);
    if (provider.answer !== null) return provider.answer(request, response);
    const { pathname } = new URL(request.url ?? '', issuer);
    const reply = await answerTo(pathname, request);
    response.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(reply.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a listening TCP server has one

  async function answerTo(path: string, request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    if (path === '/.well-known/openid-configuration') return { status: 200, body: metadata(issuer) };
    if (path === '/jwks') return { status: 200, body: { keys: [jwk] } };
    if (path === '/me') return { status: 200, body: provider.person };
    if (path !== '/token') return { status: 404, body: {} };
    const form = new URLSearchParams(await textOf(request));
    provider.tokenRequests.push({ form, authorization: request.headers.authorization });
    const code = form.get('code') ?? '';
    const asked = codes.get(code);
    codes.delete(code);
    if (asked === undefined) return { status: 400, body: { error: 'invalid_grant' } };
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: issuer, aud: 'millrace', iat: now, exp: now + 300, nonce: asked.get('nonce') };
    const key = provider.isKeyForeign ? foreign.privateKey : own.privateKey;
    const idToken = await new SignJWT({ ...claims, ...provider.person, ...provider.forged })
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .sign(key);
    return { status: 200, body: { access_token: 'access', token_type: 'Bearer', id_token: idToken } };
  }

  const provider: FakeOpenIdProvider = {
    issuer,
    person: {},
    forged: {},
    isKeyForeign: false,
    answer: null,
    tokenRequests: [],
    agents: new Set(),
    authorize(authorizationUrl) {
      const asked = new URL(authorizationUrl).searchParams;
      const code = `code-${codes.size}-${Math.random()}`;
      codes.set(code, asked);
      const back = new URL(asked.get('redirect_uri') ?? '');
      for (const [name, value] of Object.entries({ code, state: asked.get('state') ?? '', iss: issuer }))
        back.searchParams.set(name, value);
      return back;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return provider;
}

function metadata(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    userinfo_endpoint: `${issuer}/me`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
