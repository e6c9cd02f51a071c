import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Options = {
  host: string;
  port: number;
  /** The addresses of the nodes that listen at the moment. */
  nodes(): readonly string[];
};

const checkEveryMs = 500;
const checkMs = 2_000;

/**
 * A load balancer as small as can be. It asks each node for `/readyz` twice a second. Events go to the nodes that are ready in turn,
 * everything else to the first of these, since the Inbox and traces belong to one node. A request that a node could not answer is 502.
 */
export async function startBalancer({ host, port, nodes }: Options): Promise<{ url: string } & AsyncDisposable> {
  const agent = new Agent({ keepAlive: true });
  let ready: readonly string[] = [];
  let turn = 0;

  async function check(): Promise<void> {
    const isReady = async (url: string) => {
      const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(checkMs) }).catch(() => null);
      await response?.body?.cancel();
      return response?.ok === true;
    };
    const all = nodes();
    const areReady = await Promise.all(all.map(isReady));
    ready = all.filter((_, index) => areReady[index]);
  }

  function pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const isEvent = incoming.url?.startsWith('/v3/') === true;
    const to = isEvent ? ready[turn++ % ready.length] : ready[0];
    if (to === undefined) {
      outgoing.writeHead(503, { 'retry-after': '1' }).end();
      return;
    }
    const { method, headers, url: path } = incoming;
    // The path as it came: parsed as a URL, one that begins with two slashes names another host.
    const { hostname, port } = new URL(to);
    const onward = request({ hostname, port, method, path, headers, agent }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.rawHeaders);
      response.pipe(outgoing).on('close', () => response.destroy());
      response.on('error', () => outgoing.destroy());
    });
    onward.on('error', () => {
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502).end();
    });
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  }

  const server = createServer(pass);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, host, resolve);
  await promise;
  await check();
  const checking = setInterval(() => void check(), checkEveryMs);
  const { port: listens } = server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://${host}:${listens}`,
    async [Symbol.asyncDispose]() {
      clearInterval(checking);
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };
}
