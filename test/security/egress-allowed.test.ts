import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { after, test } from 'node:test';
import { startDnsServer } from '../support/dns-server.ts';
import { atOnce, type Reply, startAttackedApp, temporaryDir } from './attacked-app.ts';
import { watchDials } from './egress-watch.ts';

const loopback = { records: [{ type: 'A', value: '127.0.0.1' }] } as const;
const dns = await startDnsServer({
  'a.test': loopback,
  'aaaa.test': { records: [{ type: 'AAAA', value: '::1' }] },
  'cname.test': {
    records: [
      { type: 'CNAME', value: 'a.test' },
      { type: 'A', value: '127.0.0.1', name: 'a.test' },
    ],
  },
  'named.test': { records: [{ type: 'A', value: '169.254.169.254' }] },
  'six.test': { records: [{ type: 'AAAA', value: 'fd00:ec2::254' }] },
});
const dir = await temporaryDir();
// The most permissive configuration that an operator can write.
const app = await startAttackedApp({
  env: {
    MILLRACE_EGRESS_ALLOW: '0.0.0.0/0,::/0,named.test,localhost,a.test',
    MILLRACE_INBOX: 'on',
    MILLRACE_DNS_SERVERS: dns.address,
  },
  dir: dir.path,
});
after(async () => {
  await app[Symbol.asyncDispose]();
  await dns[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});
const { port } = new URL(app.url);

/** The addresses of the program itself, in every form. */
const ownHosts = [
  '127.0.0.1',
  '127.0.0.2',
  '0.0.0.0',
  'localhost',
  'a.localhost',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::7f00:1]',
  '[::ffff:0:7f00:1]',
  '[64:ff9b::7f00:1]',
  '[64:ff9b:1::7f00:1]',
  '[2002:7f00:1::]',
  '[2001:0:808:808:0:0:80ff:fffe]',
  '[2606:4700::5efe:7f00:1]',
  'a.test',
  'aaaa.test',
  'cname.test',
  ...Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address, family }) => (family === 'IPv6' ? `[${address.replace(/%.*/, '')}]` : address)),
];

/** Paths that some server may read as outside of /inbox/. */
const outside = [
  '',
  '/',
  '/api/v1/users',
  '/inbox',
  '/inbox/',
  '/Inbox/a',
  '/inboxes/a',
  '//inbox/a',
  '/inbox//a',
  '/inbox/%2f/a',
  '/inbox/../api/v1/users',
  '/inbox/%2e%2e/api/v1/users',
  '/inbox/.%2e/api/v1/users',
  '/inbox/a/..%2f..%2fapi',
  '/inbox/a%2f..%2f..%2fapi',
  '/inbox/%252e%252e%252fapi',
  '/inbox/%25252e%25252e/api',
  '/inbox/..;/api',
  '/inbox/%2e%2e;a=b/api',
  '/inbox/%c0%ae%c0%ae/api',
  '/inbox/a%5c..%5c..%5capi',
  '/inbox/a%0d%0aHost:%20x',
  '/inbox/a%00',
  '/inbox/%',
  '/inbox/%zz',
  '/%69nbox/a',
  '/inbox%2fa',
  '/inbox/a/../../api',
  '/x/inbox/a',
];

const metadata = [
  'http://169.254.169.254/',
  'http://2852039166/',
  'http://[::ffff:169.254.169.254]/',
  'http://[::a9fe:a9fe]/',
  'http://[::ffff:0:a9fe:a9fe]/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://[64:ff9b:1::a9fe:a9fe]/',
  'http://[2002:a9fe:a9fe::]/',
  'http://[2001:0:808:808:0:0:5601:5601]/',
  'http://[2606:4700::5efe:a9fe:a9fe]/',
  'http://[fd00:ec2::254]/',
  'http://168.63.129.16/',
  'http://100.100.100.200/',
  'http://metadata.google.internal/',
  'http://named.test/',
  'http://six.test/',
];
const ports = [22, 25, 6_000, 6_667].map((one) => `http://127.0.0.1:${one}/`);

test('even when everything is allowed, our own listener, metadata services and ports of other protocols are blocked', async () => {
  using dials = watchDials();
  const urls = [
    ...ownHosts.map((host) => `http://${host}:${port}/api/v1/users`),
    ...outside.map((path) => `http://127.0.0.1:${port}${path}`),
    ...metadata,
    ...ports,
  ];
  const open = await atOnce(urls, async (baseUrl) => {
    const auth = {
      type: 'oauth2',
      grant: 'client_credentials',
      clientId: 'c',
      clientSecret: 's',
      accessTokenUrl: baseUrl,
    };
    const direct = await app.call('POST', '/connections/test', { name: 'x', baseUrl });
    const inbox = `http://127.0.0.1:${port}/inbox/x`;
    const token = await app.call('POST', '/connections/test', { name: 'x', baseUrl: inbox, auth });
    return isRefused(direct, 'error') && isRefused(token, 'detail') ? [] : [baseUrl, direct.body, token.body];
  });
  assert.deepEqual(open.flat(), []);
  assert.deepEqual([...dials.places], [`127.0.0.1 ${port}`]);
  const { body } = await app.call('GET', '/inbox/requests');
  assert.deepEqual(body['data'], [], 'nothing was sent, only walked to');
});

test('deliveries reach the Inbox and no other path of this server, whatever their path and data', async () => {
  const baseUrl = `http://127.0.0.1:${port}/inbox/x`;
  const paths = ['A%2F1', 'a%20b/%C3%A9', '/{{it.data[0].v}}/end', '..%2f..%2fapi%2fv1', '%2e%2e%3b/api', 'a%5cb'];
  const ids = [];
  for (const [i, path] of paths.entries()) ids.push(await app.store(`p${i}`, { baseUrl }, { path }));
  await app.act('paths', ids);
  const values = [
    'plain',
    '../../api',
    '..%2f..%2fapi',
    '/',
    '\\',
    '%2e%2e',
    '..',
    '.',
    'a/b',
    '\u2025',
    'ü',
    '?a=b',
    '#',
    '',
    '\r\nX: y',
    '..;/',
  ];
  for (const v of values) {
    const deliveries = await app.withAttempts(await app.fire('paths', paths.length, { v }));
    const ends = deliveries.map((one) => [one.attemptLog?.at(-1)?.request?.url ?? '', one.status, one.reason]);
    for (const [url, status, reason] of ends)
      assert.ok(
        status === 'delivered'
          ? isUnder(String(url))
          : status === 'failed' && (reason === 'blocked' || reason === 'template_error'),
        JSON.stringify([v, url, status, reason]),
      );
    assert.ok(ends.filter(([, status]) => status === 'delivered').length >= 2, JSON.stringify(ends));
  }
  const { body } = await app.call('GET', '/inbox/requests?limit=200');
  const seen = (body['data'] as { path: string }[]).map((one) => one.path); // a list route
  assert.ok(seen.length >= 2 * values.length && seen.includes('/inbox/x/A%2F1'), String(seen.length));
  for (const path of seen) assert.match(path, /^\/inbox\/x\/(?!\.\.?(\/|$))/);
});

function isUnder(url: string): boolean {
  return new URL(url).pathname.startsWith('/inbox/x/') && !/%2e%2e|\.\.|%5c/i.test(url);
}

function isRefused({ status, body }: Reply, by: 'error' | 'detail'): boolean {
  if (status === 422) return true;
  const step = (body['steps'] as { name: string; ok: boolean; detail: string; error?: { kind: string } }[]).at(-1); // as shown
  if (step === undefined || step.ok) return false;
  if (by === 'error') return step.name !== 'connect' && ['blocked', 'protocol'].includes(step.error?.kind ?? '');
  return step.name === 'token_request' && /\(blocked\)|can.t be used/.test(step.detail);
}
