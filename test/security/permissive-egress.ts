import { lookup, Resolver } from 'node:dns/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { Egress, EgressOutcome, EgressRequest, ProbeStep } from '../../src/egress/egress.ts';

/**
 * An egress without a guard, which shows that blocked attacks would otherwise succeed: it accepts every URL, resolves
 * names, follows redirects and connects to any address of this machine. Connections to other machines are only
 * recorded.
 */
export function permissiveEgress(dnsServer: string): Egress & { readonly reached: Set<string> } {
  const resolver = new Resolver({ timeout: 5_000, tries: 1 });
  resolver.setServers([dnsServer]);
  const reached = new Set<string>();

  async function addressOf(host: string): Promise<string> {
    const bare = host.replace(/^\[(.*)\]$/, '$1');
    if (/^[\d.]+$|:/.test(bare)) return bare;
    if (bare.endsWith('localhost')) return (await lookup('localhost')).address;
    const found = await Promise.allSettled([resolver.resolve4(bare), resolver.resolve6(bare)]);
    const all = found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    // The behavior of a careless client, which any attack can use.
    return all.find(isOfThisMachine) ?? all[0] ?? Promise.reject(new Error('no address'));
  }

  async function exchange(
    url: URL,
    sent: Pick<EgressRequest, 'method' | 'headers' | 'body'>,
    hops: number,
  ): Promise<EgressOutcome> {
    const address = await addressOf(url.hostname);
    reached.add(url.hostname);
    if (!isOfThisMachine(address)) throw new Error('not of this machine');
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const { promise, resolve, reject } = Promise.withResolvers<EgressOutcome>();
    request(
      {
        host: address,
        port: url.port || (url.protocol === 'https:' ? 443 : 80),
        path: url.pathname + url.search,
        method: sent.method,
        headers: { ...Object.fromEntries(sent.headers), host: url.host },
        rejectUnauthorized: false,
        timeout: 10_000,
      },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        const { location } = response.headers;
        if (location !== undefined && hops > 0)
          return resolve(await exchange(new URL(location, url), sent, hops - 1).catch(failed));
        const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const);
        resolve({
          kind: 'response',
          status: response.statusCode ?? 0,
          headers,
          body: Buffer.concat(chunks),
          truncated: false,
          timings,
          resends: 0,
        });
      },
    )
      .on('error', reject)
      .on('close', () => reject(new Error('closed')))
      .on('timeout', () => reject(new Error('timeout')))
      .end(sent.body ?? undefined);
    return promise;
  }

  return {
    reached,
    send: (request) => exchange(new URL(request.url), request, 3).catch(failed),
    async probe({ url }): Promise<ProbeStep[]> {
      const outcome = await exchange(new URL(url), { method: 'GET', headers: [], body: null }, 0).catch(failed);
      return [{ name: 'connect', ok: outcome.kind === 'response', durationMs: 0, detail: 'unguarded' }];
    },
    check: () => ({ ok: true }),
    async connect({ host, port }) {
      const address = await addressOf(host).catch(() => '');
      reached.add(host);
      if (!isOfThisMachine(address)) return { kind: 'error', error: { kind: 'connect', message: 'unguarded' } };
      const socket = connect(port, address);
      return new Promise((resolve) => {
        socket.once('connect', () => resolve({ kind: 'open', socket, secureContext: createSecureContext() }));
        socket.once('error', () => resolve({ kind: 'error', error: { kind: 'connect', message: 'unguarded' } }));
      });
    },
    checkHost: () => ({ ok: true }),
    async [Symbol.asyncDispose]() {
      resolver.cancel();
    },
  };
}

function isOfThisMachine(address: string): boolean {
  return /^(?:127\.|0\.0\.0\.0$|::1?$|::ffff:(?:127\.|7f))/i.test(address);
}

function failed(): EgressOutcome {
  return { kind: 'error', error: { kind: 'connect', message: 'unguarded' }, timings, resends: 0 };
}

const timings = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, totalMs: 0 };
