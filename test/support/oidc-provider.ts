import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

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
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  const issuer = `http://127.0.0.1:${port}`;
  // The package has no types; the name in a variable keeps the compiler from looking for them.
  const name: string = 'oidc-provider';
  const { Provider } = await import(name);
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
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
