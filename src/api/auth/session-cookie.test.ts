import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sessionCookie } from './session-cookie.ts';

const secretOf = (letter: string) => letter.repeat(43);

/** A browser that sends its cookies to all ports of a host, as RFC 6265 says. */
function browser() {
  const kept = new Map<string, string>();
  const requestTo = (host: string, protocol = 'http') =>
    ({ host, protocol, headers: { cookie: Array.from(kept, (pair) => pair.join('=')).join('; ') } }) as FastifyRequest; // the members that are read
  const reply = {
    getHeader: () => undefined,
    removeHeader: () => reply,
    header(_name: string, line: string) {
      const [name = '', value = ''] = (line.split(';', 1)[0] ?? '').split('=');
      kept.set(name, value);
      return reply;
    },
  } as unknown as FastifyReply; // the members that are called
  return { kept, requestTo, reply };
}

test('servers at different ports of one host keep their sessions apart', () => {
  const cookie = sessionCookie({ publicUrl: null });
  const { requestTo, reply } = browser();
  const [staging, production] = ['localhost:8787', 'localhost:8788'];
  cookie.set(requestTo(staging), reply, secretOf('s'));
  cookie.set(requestTo(production), reply, secretOf('p'));
  assert.equal(cookie.read(requestTo(staging)), secretOf('s'));
  assert.equal(cookie.read(requestTo(production)), secretOf('p'));
  cookie.clear(requestTo(production), reply);
  assert.equal(cookie.read(requestTo(staging)), secretOf('s'));
});

test('a session goes on when its server comes back at another port, and one over https has its own name alone', () => {
  const cookie = sessionCookie({ publicUrl: null });
  const { kept, requestTo, reply } = browser();
  cookie.set(requestTo('localhost:8787'), reply, secretOf('s'));
  assert.equal(cookie.read(requestTo('localhost:9000')), secretOf('s'));
  assert.equal(cookie.read(requestTo('localhost:9000', 'https')), null);
  cookie.set(requestTo('localhost:9000', 'https'), reply, secretOf('h'));
  assert.deepEqual([...kept.keys()], ['millrace-8787', '__Host-millrace']);
});
