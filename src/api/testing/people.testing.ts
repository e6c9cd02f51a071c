import assert from 'node:assert/strict';
import { administratorRoleId } from '../../contract/accounts/rights.ts';
import type { Answer, TestServer } from './server.testing.ts';

export const password = 'correct horse battery';

/** Headers of a browser on this server's own page, with its session. */
export function browserWith(cookie: string): Record<string, string> {
  return { authorization: '', cookie, 'sec-fetch-site': 'same-origin' };
}

/** The cookie set by a response, as a browser sends it back. */
export function cookieOf(answer: Answer): string {
  return String(answer.headers['set-cookie'] ?? '').split(';', 1)[0] ?? '';
}

/** Users of a test server, created with the administrator's token and signed in with a password. */
export function people(server: TestServer) {
  async function signIn(email: string, secret = password, headers: Record<string, string> = {}): Promise<Answer> {
    return server.call('POST', '/api/v1/session', { email, password: secret }, { authorization: '', ...headers });
  }

  async function user(email: string, roleIds: readonly string[] = []): Promise<string> {
    const made = await server.make('/users', { email, password, roleIds });
    return String(made['id']);
  }

  async function role(name: string, rights: readonly string[]): Promise<string> {
    return String((await server.make('/roles', { name, rights }))['id']);
  }

  return {
    signIn,
    user,
    role,

    /** A user with these rights (`all`: an administrator), signed in, whose requests look like a browser's. */
    async somebody(email: string, rights: readonly string[] | 'all') {
      const roleIds = rights === 'all' ? [administratorRoleId] : [await role(`of ${email}`, rights)];
      const id = await user(email, roleIds);
      const answer = await signIn(email);
      assert.equal(answer.statusCode, 201, answer.body);
      const cookie = cookieOf(answer);
      return {
        id,
        email,
        cookie,
        roleId: roleIds[0] ?? '',
        ask: (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
          server.call(method, `/api/v1${path}`, body, { ...browserWith(cookie), ...headers }),
      };
    },
  };
}
