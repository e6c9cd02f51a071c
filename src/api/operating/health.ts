import { mapInSteps } from '../../async/steps.ts';
import { openApiParts } from '../../contract/openapi/openapi.ts';
import { routes } from '../../contract/routes.ts';
import type { ApiParts, Call, Handlers } from '../call/call.ts';
import { metricsFormatOf, prometheusType } from './metrics-format.ts';

/**
 * Problems that are listed but leave the instance ready: intake still works, and the part's work is delayed (deliveries
 * that need the sandbox, the checkpoint, statistics), or only reads, cookies or enrichment are affected. If a load balancer removed the
 * instance, a delay would become refused events. All other problems make the instance unready: it is stopping,
 * refuses events, or goes on with a former configuration.
 */
const listedOnly: ReadonlySet<string> = new Set([
  'clock',
  'geo_database',
  'process',
  'sandbox',
  'session_cookies',
  'statistics',
  'storage_checkpoint',
  'storage_reads',
]);

/** Health checks, metrics, version and OpenAPI. `draining`: aborted when a stop begins. */
export function operatingHandlers(parts: ApiParts, draining: AbortSignal) {
  let description: Promise<Buffer> | undefined;

  async function describe(): Promise<Buffer> {
    const { add, whole } = openApiParts({ version: parts.version, url: parts.publicUrl });
    await mapInSteps(routes, add);
    return Buffer.from(JSON.stringify(whole()));
  }

  function readiness({ reply, may }: Pick<Call<'readyz' | 'healthz'>, 'reply' | 'may'>, isVerbose: boolean) {
    const found = parts.problems(may('settings:view'));
    const problems = { ...found, ...(draining.aborted ? { server: 'The server is stopping.' } : {}) };
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
      inbox: parts.inbox.isOpen(),
      inboxMode: parts.inbox.isAutomatic ? 'auto' : parts.inbox.isOpen() ? 'on' : 'off',
    }),
    metrics({ request, reply }) {
      const format = metricsFormatOf(request.headers.accept);
      reply.header('vary', 'accept');
      if (format === 'prometheus') reply.type(prometheusType);
      return parts.telemetry.metrics(format);
    },
    async openapi({ reply }) {
      // Made once: the description is large, and the route is public.
      description ??= describe();
      // Until it is sent: it is compressed before, and the response must not be sent twice.
      await reply.type('application/json; charset=utf-8').send(await description);
      return {}; // the response is sent
    },
  } satisfies Partial<Handlers>;
}
