import type { FastifyReply, FastifyRequest } from 'fastify';
import { sessionMs } from '../../identity/principals.ts';

/**
 * The session cookie. Over https its name binds it to this host, to https and to `/`; the plain name, which a
 * neighboring site could set, is then ignored.
 */
export function sessionCookie({ publicUrl }: { publicUrl: string | null }) {
  const isPublicHttps = publicUrl?.startsWith('https:') === true;
  const isSecure = (request: FastifyRequest) => isPublicHttps || request.protocol === 'https';
  const nameFor = (request: FastifyRequest) => (isSecure(request) ? '__Host-millrace' : 'millrace');

  function attributes(request: FastifyRequest, maxAgeSeconds: number): string {
    return `Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${isSecure(request) ? '; Secure' : ''}`;
  }

  return {
    /** The session secret of a request; null when there is none, or more than one. */
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
