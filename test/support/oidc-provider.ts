import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';

/** A certified OpenID provider on 127.0.0.1 that issues tokens by client credentials. */
export interface OidcProvider extends AsyncDisposable {
  readonly accessTokenUrl: string;
  /** Whether it issued this access token and still accepts it. */
  knows(accessToken: string): Promise<boolean>;
}

/** Starts a provider with these clients, which authenticate by HTTP Basic (`client_secret_basic`) or in the body. */
export async function startOidcProvider(
  clients: { id: string; secret: string; method: 'client_secret_basic' | 'client_secret_post' }[],
): Promise<OidcProvider> {
  const { server, issuer, Provider } = await listening();
  const provider = new Provider(issuer, {
    clients: clients.map(({ id, secret, method }) => ({
      client_id: id,
      client_secret: secret,
      token_endpoint_auth_method: method,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      scope: 'api:read',
    })),
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
    scopes: ['api:read'],
    ttl: { ClientCredentials: 600 },
  });
  server.on('request', provider.callback());
  return {
    accessTokenUrl: `${issuer}/token`,
    knows: async (accessToken) => (await provider.ClientCredentials.find(accessToken)) !== undefined,
    [Symbol.asyncDispose]: () => closed(server),
  };
}

/** A certified OpenID provider on 127.0.0.1 at which people sign in, without a question, as the present person. */
export interface SignInProvider extends AsyncDisposable {
  readonly issuer: string;
  /** The claims of the person who signs in next; `sub` identifies the person. */
  person: { sub: string } & Record<string, unknown>;
  /** Begins to answer, for one client: `millrace` with this secret and redirect URI, which has to use PKCE. */
  serve(client: { secret: string; redirectUri: string }): Promise<void>;
}

export async function startSignInProvider(): Promise<SignInProvider> {
  const { server, issuer, Provider } = await listening();
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig' };
  const result: SignInProvider = {
    issuer,
    person: { sub: 'nobody' },
    async serve({ secret, redirectUri }) {
      const provider = new Provider(issuer, {
        clients: [
          {
            client_id: 'millrace',
            client_secret: secret,
            redirect_uris: [redirectUri],
            id_token_signed_response_alg: 'ES256',
          },
        ],
        jwks: { keys: [key] },
        cookies: { keys: ['of a test'] },
        pkce: { required: () => true },
        claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['groups'] },
        features: { devInteractions: { enabled: false } },
        interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
        findAccount: (_: unknown, accountId: string) => ({ accountId, claims: () => result.person }),
        async loadExistingGrant({ oidc }: { oidc: { session: { accountId: string }; client: { clientId: string } } }) {
          const grant = new provider.Grant({ accountId: oidc.session.accountId, clientId: oidc.client.clientId });
          grant.addOIDCScope('openid email profile');
          await grant.save();
          return grant;
        },
      });
      const answer = provider.callback();
      server.on('request', (request, response) => {
        if (request.url?.startsWith('/interaction/') !== true) return answer(request, response);
        return provider.interactionFinished(request, response, { login: { accountId: result.person.sub } });
      });
    },
    [Symbol.asyncDispose]: () => closed(server),
  };
  return result;
}

async function listening() {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  // The package has no types; the name in a variable keeps the compiler from looking for them.
  const name: string = 'oidc-provider';
  const { Provider } = await import(name);
  return { server, issuer: `http://127.0.0.1:${port}`, Provider };
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
