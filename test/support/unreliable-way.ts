import { createServer, type IncomingMessage, request as open } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to a request on its way; `through` passes it on. */
export type Trouble = 'through' | 'refused' | 'limited' | 'unavailable' | 'lost' | 'cut' | 'silent';

/** Each of them once, with requests in between that are left alone. */
export const everyTrouble: readonly Trouble[] = [
  ...(['refused', 'through', 'limited', 'lost', 'through', 'unavailable', 'cut', 'through', 'silent'] as const),
];

/** A way to a server on which requests, or their responses, get lost. Disposing ends it. */
export interface UnreliableWay extends AsyncDisposable {
  readonly url: string;
  /** How many requests met each trouble. */
  readonly met: Record<Trouble, number>;
}

/**
 * Passes requests on to the server at `target()`, with the troubles in turn, and the others as they are: `refused` closes the connection, `limited` responds 429
 * and `unavailable` 503, and of a request that the server executed, `lost` closes the connection, `cut` sends a part of the
 * response, and `silent` sends nothing. `meets`: the requests that meet them.
 */
export async function unreliableWay(
  target: () => string,
  troubles: readonly Trouble[],
  meets: (request: IncomingMessage) => boolean = () => true,
): Promise<UnreliableWay> {
  const met = { through: 0, refused: 0, limited: 0, unavailable: 0, lost: 0, cut: 0, silent: 0 };
  let turn = 0;
  const server = createServer(async (incoming, answer) => {
    const body = Buffer.concat(await incoming.toArray());
    const trouble = (meets(incoming) ? troubles[turn++] : undefined) ?? 'through';
    met[trouble] += 1;
    if (trouble === 'refused') return void incoming.socket.destroy();
    if (trouble === 'limited' || trouble === 'unavailable')
      return void answer.writeHead(trouble === 'limited' ? 429 : 503, { 'retry-after': '0' }).end('{}');
    const { method, url = '/', headers } = incoming;
    const forwarded = open(new URL(url, target()), { method, headers }, async (response) => {
      const content = Buffer.concat(await response.toArray());
      if (trouble === 'silent') return;
      if (trouble === 'lost') return void incoming.socket.destroy();
      answer.writeHead(response.statusCode ?? 502, response.headers);
      if (trouble === 'through') return void answer.end(content);
      answer.write(content.subarray(0, 1), () => incoming.socket.destroy());
    });
    forwarded.on('error', () => incoming.socket.destroy()).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens
  return {
    url: `http://127.0.0.1:${port}`,
    met,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
