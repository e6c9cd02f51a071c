import type { FastifyReply, FastifyRequest } from 'fastify';
import { localPath } from '../../contract/accounts/sign-in.ts';
import { sessionMs } from '../../identity/principals.ts';
import { stale } from '../../identity/single-sign-on/people.ts';
import type { Begun } from '../../identity/single-sign-on/single-sign-on.ts';

type Origin = { publicUrl: string | null };

/**
 * The session cookie. Over https its name binds it to this host, to https and to `/`; the plain name, which a
 * neighboring site could set, is then ignored. Over http its name has the port, which cookies don't regard: servers at
 * different ports of one host would sign each other's users out.
 */
export function sessionCookie(origin: Origin) {
  return cookieNamed('millrace', { value: /^[\w-]{43}$/, maxAgeSeconds: sessionMs / 1_000, isOfPort: true }, origin);
}

/** How long a sign-in at the provider may take. */
const ssoSeconds = 600;

/** What a browser keeps between the beginning and the end of a single sign-on, with the page to open then. */
export function ssoCookie(origin: Origin) {
  const cookie = cookieNamed('millrace-sso', { value: /^[\w-]{1,3000}$/, maxAgeSeconds: ssoSeconds }, origin);
  return {
    set: (request: FastifyRequest, reply: FastifyReply, text: string) =>
      cookie.set(request, reply, Buffer.from(text).toString('base64url')),
    clear: cookie.clear,
    /** Throws AppError `sso_failed` without a cookie of this form. */
    read(request: FastifyRequest): Begun & { to: string } {
      const text = Buffer.from(cookie.read(request) ?? '', 'base64url').toString();
      const { secret, linkTo, to } = Object(parsed(text)) as Record<string, unknown>; // any JSON
      if (typeof secret !== 'string' || !/^[\w-]{43}$/.test(secret)) throw stale();
      const page = localPath.safeParse(to);
      return { secret, linkTo: typeof linkTo === 'string' ? linkTo : null, to: page.success ? page.data : '/' };
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function cookieNamed(
  name: string,
  { value: form, maxAgeSeconds, isOfPort = false }: { value: RegExp; maxAgeSeconds: number; isOfPort?: boolean },
  { publicUrl }: Origin,
) {
  const isPublicHttps = publicUrl?.startsWith('https:') === true;
  const isSecure = (request: FastifyRequest) => isPublicHttps || request.protocol === 'https';
  const nameFor = (request: FastifyRequest) => {
    if (isSecure(request)) return `__Host-${name}`;
    const port = /:(\d{1,5})$/.exec(request.host)?.[1] ?? '80';
    return port === '80' || !isOfPort ? name : `${name}-${port}`;
  };

  const ofAnyPort = new RegExp(`^${name}(?:-\\d{1,5})?=`);

  function write(request: FastifyRequest, reply: FastifyReply, value: string, seconds: number): void {
    const attributes = `Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${isSecure(request) ? '; Secure' : ''}`;
    const others = [reply.getHeader('set-cookie') ?? []].flat().map(String);
    const line = `${nameFor(request)}=${value}; ${attributes}`;
    reply.removeHeader('set-cookie').header('set-cookie', others.length === 0 ? line : [...others, line]);
  }

  return {
    isSecure,
    /** The value of the cookie in a request; null when there is none, more than one, or one of another form. */
    read(request: FastifyRequest): string | null {
      const all = (request.headers.cookie ?? '').split(';').map((part) => part.trim());
      const own = all.filter((part) => part.startsWith(`${nameFor(request)}=`));
      // After the server has moved to another port, its cookie still has the name of the former one.
      const found = own.length > 0 || isSecure(request) ? own : all.filter((part) => ofAnyPort.test(part));
      const [only, ...more] = found.map((part) => part.slice(part.indexOf('=') + 1));
      return only !== undefined && more.length === 0 && form.test(only) ? only : null;
    },
    set: (request: FastifyRequest, reply: FastifyReply, value: string) => write(request, reply, value, maxAgeSeconds),
    clear: (request: FastifyRequest, reply: FastifyReply) => write(request, reply, '', 0),
  };
}
