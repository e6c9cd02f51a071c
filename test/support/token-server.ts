import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request received by a token server. */
export type TokenServerRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly form: URLSearchParams;
};

/** Its response: a token by default; `hold` delays it until it resolves. */
export type TokenServerAnswer = {
  status?: number;
  headers?: Record<string, string>;
  /** An object is sent as JSON, text unchanged. */
  body?: object | string;
  hold?: Promise<unknown>;
};

export interface TokenServer extends AsyncDisposable {
  /** URL of the token endpoint on 127.0.0.1. */
  readonly url: string;
  readonly requests: readonly TokenServerRequest[];
  /** The access tokens issued, in order: `token-1`, `token-2`, … */
  readonly issued: readonly string[];
  /** Changes the response from now on. A function decides per request. */
  answer(next: TokenServerAnswer | ((request: TokenServerRequest, index: number) => TokenServerAnswer)): void;
}

/** A real OAuth 2 token endpoint for tests, with scripted responses. `expiresIn` in seconds; null: left out. */
export async function startTokenServer({
  expiresIn = 3_600,
}: {
  expiresIn?: number | null;
} = {}): Promise<TokenServer> {
  const requests: TokenServerRequest[] = [];
  const issued: string[] = [];
  let script: (request: TokenServerRequest, index: number) => TokenServerAnswer = () => ({});

  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const request = {
      method: incoming.method ?? '',
      url: incoming.url ?? '',
      headers: incoming.headers,
      form: new URLSearchParams(Buffer.concat(chunks).toString()),
    };
    requests.push(request);
    const { status = 200, headers = {}, body, hold } = script(request, requests.length - 1);
    await hold;
    const sent = body ?? (status === 200 ? newToken() : { error: 'invalid_request' });
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof sent === 'string' ? sent : JSON.stringify(sent));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one

  function newToken() {
    const token = `token-${issued.length + 1}`;
    issued.push(token);
    return { access_token: token, token_type: 'Bearer', ...(expiresIn === null ? {} : { expires_in: expiresIn }) };
  }

  return {
    url: `http://127.0.0.1:${port}/token`,
    requests,
    issued,
    answer(next) {
      script = typeof next === 'function' ? next : () => next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
