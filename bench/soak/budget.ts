import { createServer } from 'node:http';
import { pause } from '../clock.ts';
import { type Product, startProduct, temporaryFolder } from '../product.ts';
import { createCollector } from '../rig.ts';

export type BudgetFigures = {
  requests: number;
  /** 429 responses before the quota was known, and after. */
  refusedFirst: number;
  refusedLater: number;
  /** The share of the quota that was used, in windows that were busy throughout. */
  used: number;
  /** Replayed requests received before the last live one. */
  replayedBefore: number;
  attemptsMax: number;
  faults: string[];
};

const windowMs = 10_000;
const allowed = 100;
const destinations = 3;
const events = 300;

/**
 * A vendor with a quota of 100 requests in ten seconds for an account that three destinations share: 300 live events
 * and a replay of 300 at the same time. Fails when a delivery fails, the replay goes first, the quota is not used, or
 * it is exceeded once it is known.
 */
export async function shareBudget(): Promise<BudgetFigures> {
  await using vendor = await startVendor();
  await using folder = await temporaryFolder();
  await using product = await startProduct(folder.path);
  const path = await createCollector(product);
  const connectionId = await createAccount(product, vendor.port);
  const send = async (from: number) => {
    for (let n = from; n < from + events; n += 50) {
      const batch = Array.from({ length: 50 }, (_, i) => ({ n: n + i, to: String((n + i) % destinations) }));
      const body = JSON.stringify({ events: batch });
      const { status } = await fetch(`http://127.0.0.1:${product.port}${path}`, { method: 'POST', body });
      if (status !== 200) throw new Error(`intake answered ${status}`);
    }
  };

  await send(0);
  await vendor.taken(events);
  await untilDelivered(product, connectionId, events);
  vendor.limit();
  // Without events received during the replay.
  const filter = { connectionId, createdBefore: new Date().toISOString() };
  const body = { of: 'deliveries', filter, only: 'all' } as const;
  await Promise.all([send(events), product.client.call('createReplay', { body })]);
  await vendor.taken(3 * events);
  await untilDelivered(product, connectionId, 3 * events);

  const { windows, refused, order } = vendor.seen();
  const busy = windows.slice(1, -1);
  const lastLive = order.findLastIndex((n) => n >= events);
  const deliveries = await Array.fromAsync(product.client.list('listDeliveries', { query: { connectionId } }));
  const figures = {
    requests: order.length,
    refusedFirst: refused[0] ?? 0,
    refusedLater: refused.slice(1).reduce((sum, count) => sum + count, 0),
    used: Number((busy.reduce((sum, count) => sum + count, 0) / (allowed * busy.length)).toFixed(3)),
    replayedBefore: order.slice(0, lastLive).filter((n) => n < events).length,
    attemptsMax: Math.max(...deliveries.map(({ attempts }) => attempts)),
  };
  const faults: string[] = [];
  const unlike = deliveries.filter(({ status }) => status !== 'delivered');
  if (unlike.length > 0) faults.push(`${unlike.length} were not delivered, the first is ${unlike[0]?.status}`);
  if (order.length !== 2 * events) faults.push(`${order.length} requests were taken for ${2 * events} deliveries`);
  if (figures.refusedLater > 0) faults.push(`${figures.refusedLater} were refused once its count was known`);
  // Replayed requests are spaced evenly until the reset, which is given in whole seconds: one of ten may stay unused.
  if (figures.used < 0.9) faults.push(`${figures.used} of the rate was used`);
  // Starvation guard: one replayed delivery is sent first every 30 s.
  if (figures.replayedBefore > 5) faults.push(`${figures.replayedBefore} replayed ones went before live ones`);
  if (figures.attemptsMax > 1) faults.push(`a delivery took ${figures.attemptsMax} attempts`);
  return { ...figures, faults };
}

async function createAccount({ client }: Product, port: number): Promise<string> {
  const { id } = await client.call('createConnection', {
    body: { name: 'Vendor', baseUrl: `http://127.0.0.1:${port}` },
  });
  for (let n = 0; n < destinations; n++) {
    const destination = await client.call('createDestination', {
      params: { id },
      body: { name: `D${n}`, path: `/${n}`, status: 'enabled' },
    });
    await client.call('createAction', {
      body: {
        name: `A${n}`,
        description: 'one in three',
        status: 'enabled',
        rules: { parameter: 'to', operator: 'equals', value: String(n) },
        destinations: [{ destinationId: destination.id }],
      },
    });
  }
  return id;
}

async function untilDelivered({ client }: Product, connectionId: string, count: number) {
  for (let looks = 0; looks < 300; looks++) {
    const found = await Array.fromAsync(
      client.list('listDeliveries', { query: { connectionId, status: 'delivered' } }),
    );
    if (found.length >= count) return;
    await pause(200);
  }
}

/** A vendor that counts in fixed windows from a given moment and reports the count in each response. */
async function startVendor() {
  const windows: number[] = [];
  const refused: number[] = [];
  let order: number[] = [];
  let taken = 0;
  let limitedAt: number | null = null;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { n } = JSON.parse(Buffer.concat(chunks).toString());
    if (limitedAt !== null) {
      const sinceMs = Date.now() - limitedAt;
      const window = Math.floor(sinceMs / windowMs);
      const count = (windows[window] ?? 0) + 1;
      const resetSeconds = String(Math.ceil(((window + 1) * windowMs - sinceMs) / 1_000));
      response.setHeader('x-ratelimit-remaining', Math.max(0, allowed - count));
      response.setHeader('x-ratelimit-reset', resetSeconds);
      if (count > allowed) {
        refused[window] = (refused[window] ?? 0) + 1;
        response.setHeader('retry-after', resetSeconds);
        response.writeHead(429).end();
        return;
      }
      windows[window] = count;
      order.push(Number(n));
    }
    taken += 1;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    limit() {
      order = [];
      limitedAt = Date.now();
    },
    async taken(count: number) {
      for (
        const until = Date.now() + 3 * windowMs + (count * windowMs) / allowed;
        taken < count && Date.now() < until;
      )
        await pause(100);
    },
    seen: () => ({
      windows: Array.from(windows, (one) => one ?? 0),
      refused: Array.from(refused, (one) => one ?? 0),
      order,
    }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
