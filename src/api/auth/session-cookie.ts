import type { FastifyReply, FastifyRequest } from 'fastify';
import { sessionMs } from '../../identity/principals.ts';

/**
 * The cookie of sessions. Over https its name makes browsers hold it to this very host, to https and to `/`; there the
 * plain name, which a neighbouring site could set, is not looked at.
 */
export function sessionCookie({ publicUrl }: { publicUrl: string | null }) {
  const isPublicHttps = publicUrl?.startsWith('https:') === true;
  const isSecure = (request: FastifyRequest) => isPublicHttps || request.protocol === 'https';
  const nameFor = (request: FastifyRequest) => (isSecure(request) ? '__Host-millrace' : 'millrace');

  function attributes(request: FastifyRequest, maxAgeSeconds: number): string {
    return `Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${isSecure(request) ? '; Secure' : ''}`;
  }

  return {
    /** The secret of a session that a request brings; null when there is none, or there are several. */
    read(request: FastifyRequest): string | null {
      const prefix = `${nameFor(request)}=`;
      const found = (request.headers.cookie ?? '').split(';').filter((part) => part.trim().startsWith(prefix));
      const [only, ...more] = found.map((part) => part.trim().slice(prefix.length));
      return only !== undefined && more.length === 0 && /^[\w-]{43}$/.test(only) ? only : null;
    },
    set(request: FastifyRequest, reply: FastifyReply, secret: string): void {
      reply.header('set-cookie', `${nameFor(request)}=${secret}; ${attributes(request, sessionMs / 1_000)}`);
    },
    clear(request: FastifyRequest, reply: FastifyReply): void {
      reply.header('set-cookie', `${nameFor(request)}=; ${attributes(request, 0)}`);
    },
  };
}
