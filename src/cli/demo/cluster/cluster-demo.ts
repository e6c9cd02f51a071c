import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../context.ts';
import { CommandError, exitCodes } from '../../exit.ts';
import type { Program } from '../../program.ts';
import { connectTo, type Server } from '../../server.ts';
import { progressLine } from '../progress.ts';
import { seededRandom } from '../random.ts';
import { sampleShop } from '../sample-shop.ts';
import { setUpDemo } from '../set-up.ts';
import { slowPartner } from '../slow-partner.ts';
import { startBalancer } from './balancer.ts';
import { type DemoNode, startDemoNode } from './demo-node.ts';
import { registryPostgres } from './registry-postgres.ts';

type Options = {
  deps: Context['deps'];
  settings: Program['settings'];
  /** For everything that it writes. */
  folder: string;
  /** Events per second. */
  rate: number;
  seed: number;
  visitors: number;
  ended: AbortSignal;
};

const againMs = 250;

/** `millrace demo --cluster`: two nodes that share PostgreSQL behind a load balancer, and the sample shop. */
export async function clusterDemo({ deps, settings, folder, rate, seed, visitors, ended }: Options): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const { databaseUrl, host, port, adminToken } = settings;
  const token = adminToken?.reveal() ?? '';
  const nodes: DemoNode[] = [];
  const started = await start().catch((error: unknown) => {
    if (!ended.aborted) throw error;
  });
  if (started !== undefined) await runShop(started.server, started.collectorKey);

  async function start() {
    deps.stdout.write('Starting PostgreSQL and two nodes.\n');
    const url = databaseUrl?.reveal() ?? opened.use(await registryPostgres(folder)).url;
    const balancer = opened.use(
      await startBalancer({ host, port, nodes: () => nodes.flatMap((node) => node.url ?? []) }),
    );
    const env = {
      MILLRACE_SECRET_KEY: randomBytes(32).toString('base64'),
      ...deps.env,
      MILLRACE_DATABASE_URL: url,
      MILLRACE_ADMIN_TOKEN: token,
      MILLRACE_PUBLIC_URL: balancer.url,
      MILLRACE_HOST: '127.0.0.1',
      MILLRACE_PORT: '0',
      MILLRACE_INBOX: 'on',
      // The Inbox is behind the balancer, at another port.
      MILLRACE_EGRESS_ALLOW: '127.0.0.1',
      MILLRACE_TRUSTED_PROXIES: '127.0.0.1',
      MILLRACE_DRAIN_MS: '0',
      MILLRACE_LOG_FORMAT: 'json',
    };
    opened.defer(async () => void (await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()))));
    for (const name of ['a', 'b'])
      nodes.push(await startDemoNode({ name, env, log: join(folder, `node-${name}.log`), stdout: deps.stdout, ended }));
    const server = connectTo({ url: balancer.url, adminToken });
    await untilReady(server.url, ended);
    const { collectorKey } = await setUpDemo(server);
    deps.stdout.write(welcome({ url: server.url, token, folder, nodes }));
    return { server, collectorKey };
  }

  async function runShop(through: Server, key: string): Promise<void> {
    const shop = sampleShop({ random: seededRandom(seed), visitors });
    const partners = nodes.map((node) => ({ node, url: node.url, partner: partnerOf(node) }));
    const progress = progressLine(deps.stdout, 5_000);
    let events = 0;
    const counts = async () => {
      const { totals } = await through.call('getStats', { query: { kind: 'all', range: '24h' } });
      return { events, matches: totals.created, delivered: totals.delivered, failed: totals.failed };
    };
    while (!ended.aborted) {
      for (const one of partners) {
        if (one.node.url !== one.url) Object.assign(one, { url: one.node.url, partner: partnerOf(one.node) });
        await one.partner?.live(deps.now()).catch(() => {});
      }
      // Sent again until a node has stored it: the id tells that it is the same event.
      const event = { ...shop.next(deps.now()), messageId: randomUUID() };
      while (!ended.aborted && !(await isSent(through, key, event))) await pause(againMs);
      if (ended.aborted) break;
      events += 1;
      await counts().then(
        (shown) => progress.show(shown, deps.now()),
        () => {},
      );
      await pause(1_000 / rate);
    }
    progress.end();
    const { delivered, failed } = await counts();
    deps.stdout.write(`\n${events} events acknowledged, ${delivered} delivered, ${failed} failed.\n`);
    if (failed > 0) throw new CommandError(exitCodes.failed, `${failed} deliveries failed.`);

    async function pause(ms: number): Promise<void> {
      await sleep(ms, null, { signal: ended }).catch(() => {});
    }
  }

  /** The slow partner in the Inbox of a node. */
  function partnerOf(node: DemoNode) {
    return node.url === null ? null : slowPartner(connectTo({ url: node.url, adminToken }));
  }
}

async function isSent(server: Server, key: string, event: Record<string, unknown>): Promise<boolean> {
  try {
    await server.send(key, [event]);
    return true;
  } catch (error) {
    // A node has just died, or none is ready.
    if (error instanceof CommandError && error.exitCode !== exitCodes.refused) return false;
    throw error;
  }
}

async function untilReady(url: string, ended: AbortSignal): Promise<void> {
  while (!(await fetch(`${url}/readyz`, { signal: ended })).ok) await sleep(100, null, { signal: ended });
}

function welcome(at: { url: string; token: string; folder: string; nodes: readonly DemoNode[] }): string {
  const { url, token, folder, nodes } = at;
  const lines = nodes.map(({ name, pid, url: own }) => `  Node ${name}      ${own}   kill -9 ${pid}`);
  return `Millrace demo: two nodes share a PostgreSQL database behind a load balancer. A sample shop sends events through it.

  Console     ${url}/welcome#token=${token}   (open this one)
  API         ${url}/api/v1
  Token       ${token}
${lines.join('\n')}
  Logs        ${folder}/node-*.log (removed when the demo stops)

Kill a node by its command above. Settings › System shows how the other one takes its partitions; events are accepted and
delivered all the same. The node starts again after 10 s and takes its share. Matches and deliveries are counted a few seconds late.

    Ctrl-C stops the demo.

`;
}
