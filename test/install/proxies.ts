import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pathOf } from '../../scripts/debian-programs.ts';
import { call, type Part } from '../../scripts/parts.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { adminClient, adminToken, environment } from '../support/process.ts';
import { programOf, startManager } from '../support/socket-unit.ts';
import { startSenders } from './senders.ts';

const folderOf = fileURLToPath(new URL('../../deploy/proxies/', import.meta.url));

/** A proxy of Debian's packages: its command on a configuration, and that configuration for this machine. */
type Proxy = {
  program: string;
  configuration(ports: Ports, folder: string): string;
  command(file: string, folder: string): string[];
};

type Ports = { https: number; millrace: number };

const name = 'millrace.example.com';

const proxies: Record<string, Proxy> = {
  nginx: {
    program: 'nginx',
    configuration: (ports, folder) => `daemon off;
pid ${folder}/pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  ${adapted('nginx.conf', ports, folder)}
}`,
    command: (file, folder) => ['-p', folder, '-c', file],
  },
  HAProxy: {
    program: 'haproxy',
    configuration: (ports, folder) => adapted('haproxy.cfg', ports, folder),
    command: (file) => ['-db', '-f', file],
  },
  Apache: {
    program: 'apache2',
    configuration: (ports, folder) => `ServerRoot ${folder}
PidFile ${folder}/pid
ErrorLog ${folder}/errors
Listen 127.0.0.1:${ports.https}
ServerName ${name}
${['mpm_event', 'authz_core', 'proxy', 'proxy_http', 'headers', 'socache_shmcb', 'ssl']
  .map((module) => `LoadModule ${module}_module /usr/lib/apache2/modules/mod_${module}.so`)
  .join('\n')}
${adapted('apache.conf', ports, folder)}`,
    command: (file) => ['-X', '-f', file],
  },
  Caddy: {
    program: 'caddy',
    // A certificate of its own authority.
    configuration: (ports, folder) => `{
  admin off
  skip_install_trust
  storage file_system ${folder}/storage
  http_port ${ports.https + 1}
}
${adapted('Caddyfile', ports, folder).replace(`${name} {`, `https://${name}:${ports.https} {\n\tbind 127.0.0.1\n\ttls ${folder}/tls.crt ${folder}/tls.key`)}`,
    command: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
  },
};

/** The configuration of the documentation with the ports and the certificate of this test. */
function adapted(file: string, { https, millrace }: Ports, folder: string): string {
  return (
    readFileSync(`${folderOf}${file}`, 'utf8')
      .replace(/\/etc\/haproxy\/certs\/\S+\.pem/, `${folder}/tls.pem`)
      .replace(/\/etc\/ssl\/certs\/\S+\.pem/, `${folder}/tls.crt`)
      .replace(/\/etc\/ssl\/private\/\S+\.key/, `${folder}/tls.key`)
      .replace('listen 443 ssl', `listen 127.0.0.1:${https} ssl`)
      .replace('bind :443', `bind 127.0.0.1:${https}`)
      .replace('*:443', `*:${https}`)
      // As many as this machine may open.
      .replace('maxconn 10000', 'maxconn 1000')
      .replaceAll(':8787', `:${millrace}`)
  );
}

export const behindProxies: Record<string, Part> = Object.fromEntries(
  Object.entries(proxies).map(([product, proxy]) => [
    `behind ${product}, people sign in, the address is the client's own, and a restart loses no event`,
    (folder) => tried(proxy, folder),
  ]),
);

async function tried(proxy: Proxy, folder: string): Promise<void> {
  const path = pathOf(proxy.program);
  const ports = { https: await freePort(), millrace: await freePort() };
  for (const one of ['body', 'proxy', 'data']) mkdirSync(join(folder, one));
  await certificate(folder);
  const file = join(folder, 'configuration');
  writeFileSync(file, proxy.configuration(ports, folder));
  const env = {
    ...environment(join(folder, 'data')),
    MILLRACE_PORT: String(ports.millrace),
    MILLRACE_PUBLIC_URL: `https://${name}:${ports.https}`,
    MILLRACE_TRUSTED_PROXIES: '127.0.0.1',
  };
  const server = startManager(env);
  const program = spawn(path, proxy.command(file, folder), { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = outputOf(program);
  const ended = once(program, 'close');
  try {
    await server.listening;
    const ask = askedBy(ports.https);
    await eventually('the proxy', async () => (await ask('GET', '/readyz').catch(() => null))?.status === 200, {
      state: said,
    });

    // The origin of the browser, and cookies for TLS alone.
    const user = { email: 'ada@example.com', password: 'correct horse battery staple' };
    const role = (await adminClient(`http://127.0.0.1:${ports.millrace}`).call('listRoles', {})).data[0]?.id ?? '';
    await adminClient(`http://127.0.0.1:${ports.millrace}`).call('createUser', { body: { ...user, roleIds: [role] } });
    const signedIn = await ask('POST', '/api/v1/session', {
      headers: { 'content-type': 'application/json', origin: `https://${name}:${ports.https}` },
      body: JSON.stringify({ email: user.email, password: user.password }),
    });
    assert.ok(signedIn.status < 300, `${signedIn.status} ${signedIn.body}`);
    assert.match(String(signedIn.headers['set-cookie']), /; Secure/);

    // A sender's own X-Forwarded-For is no address.
    const bearer = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' };
    const created = await ask('POST', '/api/v1/collectors', {
      headers: { ...bearer, 'x-forwarded-for': '203.0.113.9' },
      body: JSON.stringify({ name: 'Shop' }),
    });
    assert.equal(created.status, 201, created.body);
    const audit = await ask('GET', '/api/v1/audit?limit=5', { headers: bearer });
    assert.doesNotMatch(audit.body, /203\.0\.113\.9/);

    // A restart, under load: each event is answered 200 in the end. A request that arrives just when the server closes its socket
    // is a 502 of the proxy, or ends with its connection, and its sender repeats it.
    const { key } = JSON.parse(created.body);
    const { statuses, givenUp, end } = startSenders((body) =>
      ask('POST', `/v3/${key}`, { body }).then(
        ({ status }) => status,
        ({ code }) => code,
      ),
    );
    await eventually('events', () => (statuses.get(200) ?? 0) > 50);
    process.kill(programOf(server), 'SIGTERM');
    await eventually('the next start', () => server.stdout().split('"msg":"listening"').length === 3);
    const before = statuses.get(200) ?? 0;
    await eventually('events after the restart', () => (statuses.get(200) ?? 0) > before + 50, {
      state: () => [...statuses],
    });
    await end();
    console.log(JSON.stringify(Object.fromEntries(statuses)));
    assert.deepEqual(
      [...statuses.keys()].filter((status) => ![200, 502, 'ECONNRESET'].includes(status)),
      [],
      said(),
    );
    assert.deepEqual(givenUp, []);
    const failed = (statuses.get(502) ?? 0) + (statuses.get('ECONNRESET') ?? 0);
    assert.ok(failed <= 20, `${failed} requests failed`);
  } finally {
    program.kill('SIGTERM');
    await Promise.all([ended, server[Symbol.asyncDispose]()]);
  }
}

type Asked = { status: number; headers: Record<string, unknown>; body: string };

/** Requests through the proxy, as the name that its certificate has. */
function askedBy(port: number) {
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false, servername: name });
  return (
    method: string,
    path: string,
    { headers = {}, body = '' }: { headers?: Record<string, string>; body?: string } = {},
  ): Promise<Asked> => {
    const { promise, resolve, reject } = Promise.withResolvers<Asked>();
    const all = { host: `${name}:${port}`, ...headers };
    request({ host: '127.0.0.1', port, method, path, headers: all, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    })
      .on('error', reject)
      .end(body);
    return promise;
  };
}

export function outputOf(program: ChildProcess): () => string {
  let output = '';
  for (const stream of [program.stdout, program.stderr])
    stream?.setEncoding('utf8').on('data', (text) => (output += text));
  return () => output;
}

async function certificate(folder: string): Promise<void> {
  const [key, crt] = [join(folder, 'tls.key'), join(folder, 'tls.crt')];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  await call('openssl', ['req', '-x509', ...fresh, '-keyout', key, '-out', crt, ...subject]);
  writeFileSync(join(folder, 'tls.pem'), readFileSync(crt, 'utf8') + readFileSync(key, 'utf8'));
  assert.ok(existsSync(key));
}
