import { type Answer, type SeenRequest, testEgress } from '../egress.conformance.ts';
import { parseAllowRules } from '../guard/allow-list.ts';
import { http1Egress } from './http1-egress.ts';
import { httpPeer } from './testing/peers.testing.ts';

testEgress('http1', async () => {
  const seen: SeenRequest[] = [];
  let next: (request: SeenRequest) => Answer = () => ({ status: 200 });
  const peer = await httpPeer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = request.rawHeaders.flatMap((name, i) =>
      i % 2 === 0 ? [[name.toLowerCase(), request.rawHeaders[i + 1] ?? ''] as const] : [],
    );
    const got = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers,
      body: Buffer.concat(chunks).toString(),
    };
    seen.push(got);
    const answer = next(got);
    response.writeHead(answer.status, (answer.headers ?? []).flat());
    response.end(answer.body);
  });
  const parsed = parseAllowRules(`127.0.0.1:${peer.port}`);
  const egress = http1Egress({
    allow: parsed.ok ? parsed.rules : [],
    dnsServers: [],
    ownListeners: () => [],
    isInboxOpen: false,
    version: '1.2.3',
  });
  return {
    egress,
    origin: `http://127.0.0.1:${peer.port}`,
    seen,
    answer(handler) {
      next = handler;
    },
    async [Symbol.asyncDispose]() {
      await egress[Symbol.asyncDispose]();
      await peer[Symbol.asyncDispose]();
    },
  };
});
