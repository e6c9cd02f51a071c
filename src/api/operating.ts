import { openApi } from '../contract/openapi.ts';
import type { ApiParts, Handlers, OutputOf } from './call.ts';

type Ids = 'livez' | 'readyz' | 'healthz' | 'version' | 'metrics' | 'openapi';

/** What operators and their machines ask. `isStopping` is true from the moment that the server takes nothing in. */
export function operatingHandlers(parts: ApiParts, isStopping: () => boolean): Handlers<Ids> {
  let description: OutputOf<'openapi'> | undefined;

  async function readiness({ reply }: { reply: { code(status: number): unknown } }, isVerbose: boolean) {
    const ailments = { ...(await parts.ailments()), ...(isStopping() ? { server: 'The server is stopping.' } : {}) };
    const isReady = Object.keys(ailments).length === 0;
    if (!isReady) reply.code(503);
    return { status: isReady ? 'ready' : 'unready', ...(isVerbose || !isReady ? { ailments } : {}) };
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
    openapi: () => {
      description ??= openApi({ version: parts.version, url: parts.publicUrl });
      return description;
    },
  };
}
