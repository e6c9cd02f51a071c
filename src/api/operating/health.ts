import { openApi } from '../../contract/openapi.ts';
import type { ApiParts, Handlers } from '../call/call.ts';

type Ids = 'livez' | 'readyz' | 'healthz' | 'version' | 'metrics' | 'openapi';

/**
 * Listed, but no reason to be unready: intake still works, and what the part does is done later (deliveries that need the
 * sandbox, the checkpoint, statistics) or concerns reads alone. A load balancer that took the instance out for one of
 * these would turn a delay into refused events. Everything else makes the instance unready: it is stopping, or it refuses events.
 */
const listedOnly: ReadonlySet<string> = new Set([
  'clock',
  'process',
  'sandbox',
  'statistics',
  'storage_checkpoint',
  'storage_reads',
]);

/** What operators and their machines ask. `isStopping` is true from the moment that the server takes nothing in. */
export function operatingHandlers(parts: ApiParts, isStopping: () => boolean): Handlers<Ids> {
  let description: Buffer | undefined;

  function readiness({ reply }: { reply: { code(status: number): unknown } }, isVerbose: boolean) {
    const problems = { ...parts.problems(), ...(isStopping() ? { server: 'The server is stopping.' } : {}) };
    const isReady = Object.keys(problems).every((part) => listedOnly.has(part));
    if (!isReady) reply.code(503);
    return { status: isReady ? 'ready' : 'unready', ...(isVerbose || !isReady ? { problems } : {}) };
  }

  return {
    livez: () => ({ status: 'alive' }),
    readyz: (call) => readiness(call, call.query.verbose !== undefined),
    healthz: (call) => readiness(call, false),
    version: () => ({
      name: 'millrace',
      version: parts.version,
      node: process.versions.node,
      api: 'v1',
      inbox: parts.inbox,
    }),
    metrics: () => parts.telemetry.metrics(),
    openapi: ({ reply }) => {
      // Made and written once: it is large, and anybody may ask for it.
      description ??= Buffer.from(JSON.stringify(openApi({ version: parts.version, url: parts.publicUrl })));
      reply.type('application/json; charset=utf-8').send(description);
      return {}; // the answer is on its way
    },
  };
}
