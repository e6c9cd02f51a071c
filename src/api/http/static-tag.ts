import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { securityHeaders } from '../../http/security-headers.ts';
import { sendFile, unchanging } from './static-files.ts';

/** Pages of other sites load the tag, those with an `integrity` with CORS. */
const tagHeaders = {
  ...securityHeaders,
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
};

/**
 * Serves the built tag in a folder: `/tag.js`, its types, and `/tag-….js`, which never changes; `/tag.json` has the path of
 * that one and its integrity. Null: nothing is built.
 */
export function tagFiles(dir: string | null) {
  return async (app: FastifyInstance): Promise<void> => {
    if (dir === null) return;
    const send = (request: FastifyRequest, reply: FastifyReply, name: string, cache: string) =>
      sendFile(request, reply, { dir, name, headers: { ...tagHeaders, 'cache-control': cache } });
    for (const name of ['tag.js', 'tag.d.ts', 'tag.json'])
      app.get(`/${name}`, (request, reply) => send(request, reply, name, 'public, max-age=3600'));
    app.get<{ Params: { version: string } }>('/tag-:version', (request, reply) =>
      send(request, reply, `tag-${request.params.version}`, unchanging),
    );
  };
}
