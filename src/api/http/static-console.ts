import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { securityHeaders } from '../../http/security-headers.ts';
import { sendFile, unchanging } from './static-files.ts';

export type Console = {
  /** Serves the built files, whose names contain a hash of their content. */
  assets(app: FastifyInstance): Promise<void>;
  /** Whether a page is requested. The console itself has the table of its pages. */
  isPage(request: FastifyRequest): boolean;
  sendPage(reply: FastifyReply): FastifyReply;
};

/** Paths that are never pages. */
const notPages = /^\/(api|v3|assets|metrics|openapi\.json|livez|readyz|healthz|version)(\/|$)/;

/** Pages also for clients that accept anything: the console's address, and the documentation that responses link to. */
const publicPages = /^\/($|docs(\/|$))/;

/**
 * The built console in a folder; null when it is not built. Its page can load scripts, styles and data only from this
 * server; style elements created by its components carry the nonce of the page.
 */
export function consoleFrom(dir: string | null): Console | null {
  const page = dir === null ? null : readPage(dir);
  if (dir === null || page === null) return null;
  // Read at each request, so that a console built while the server runs is served.
  const present = () => readPage(dir) ?? page;
  return {
    async assets(app) {
      app.get<{ Params: { name: string } }>('/assets/:name', async (request, reply) => {
        const headers = { ...securityHeaders, 'cache-control': unchanging };
        return sendFile(request, reply, { dir: join(dir, 'assets'), name: request.params.name, headers });
      });
    },
    isPage({ method, url, headers: { accept = '*/*' } }) {
      const isRead = method === 'GET' || method === 'HEAD';
      const [path = ''] = url.split('?', 1);
      const asked = accept.includes('text/html') || (accept.includes('*/*') && publicPages.test(path));
      return isRead && asked && !notPages.test(path);
    },
    sendPage(reply) {
      const nonce = randomBytes(18).toString('base64');
      reply
        .code(200)
        .headers({ ...securityHeaders, ...isolation, 'content-security-policy': policy(nonce) })
        .headers({ 'cache-control': 'no-cache', 'x-request-id': reply.request.id });
      return reply.type('text/html; charset=utf-8').send(present().replaceAll('__NONCE__', nonce));
    },
  };
}

/** No window of another site keeps a reference to this one, and no resource comes from elsewhere. */
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'origin-agent-cluster': '?1',
  'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const;

function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function readPage(dir: string): string | null {
  try {
    return readFileSync(join(dir, 'index.html'), 'utf8');
  } catch {
    return null; // not built
  }
}
