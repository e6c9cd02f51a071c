import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import files from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { securityHeaders } from './security-headers.ts';

type Console = {
  /** Serves the built files, whose names change with their content. */
  assets(app: FastifyInstance): Promise<void>;
  /** Whether a browser asks for a page: the console knows by itself which pages there are. */
  isPage(request: FastifyRequest): boolean;
  sendPage(reply: FastifyReply): FastifyReply;
};

/** Addresses that are never pages, though a browser may be pointed at them. */
const notPages = /^\/(api|v3|assets|metrics|openapi\.json|livez|readyz|healthz|version)(\/|$)/;

/**
 * The console as it was built in a folder; null when it was not. Its page may load scripts, styles and data from this
 * server alone; the style elements that its components make carry the nonce that the page was given.
 */
export function consoleFrom(dir: string | null): Console | null {
  const page = dir === null ? null : readPage(dir);
  if (dir === null || page === null) return null;
  // Read again for each visit, so that a console that was built anew meanwhile is the one that is seen.
  const present = () => readPage(dir) ?? page;
  return {
    async assets(app) {
      await app.register(files, {
        root: join(dir, 'assets'),
        prefix: '/assets/',
        decorateReply: false,
        index: false,
        immutable: true,
        maxAge: '365d',
        preCompressed: true,
        setHeaders(reply) {
          for (const [name, value] of Object.entries(securityHeaders)) reply.header(name, value);
        },
      });
    },
    isPage({ method, url, headers }) {
      const isRead = method === 'GET' || method === 'HEAD';
      return isRead && headers.accept?.includes('text/html') === true && !notPages.test(url.split('?', 1)[0] ?? '');
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

/** No window of another site holds on to this one, and none of its resources come from elsewhere. */
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
