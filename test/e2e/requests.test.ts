import assert from 'node:assert/strict';
import { createHmac, X509Certificate } from 'node:crypto';
import { after, test } from 'node:test';
import { pem } from '../../src/egress/http1/testing/peers.testing.ts';
import { reaches, startTestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';

const receiver = await startReceiver();
const app = await startTestApp();
after(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const sentTo = (path: string) => {
  const request = receiver.at(path).at(-1);
  assert.ok(request, `nothing came to ${path}`);
  return request;
};

const nasty = `a"b\\c<d>&'é=1+2 %\n\u2028😀`;

test('POST, PUT and PATCH send each content type with data escaped for it', async () => {
  const types = {
    'application/json': ['{"v":"{{it.data[0].v}}"}', (body: string) => JSON.parse(body).v === nasty],
    'application/vnd.acme+json; charset=utf-8': [
      '{"v":"{{it.data[0].v}}"}',
      (body: string) => JSON.parse(body).v === nasty,
    ],
    'application/x-www-form-urlencoded': [
      'v={{it.data[0].v}}&w=1',
      (body: string) => new URLSearchParams(body).get('v') === nasty && new URLSearchParams(body).get('w') === '1',
    ],
    'application/xml': [
      '<v>{{it.data[0].v}}</v>',
      (body: string) =>
        body ===
        `<v>${nasty.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')}</v>`,
    ],
    'text/plain': ['v={{it.data[0].v}}', (body: string) => body === `v=${nasty}`],
  } as const;
  for (const [contentType, [template, isRight]] of Object.entries(types)) {
    const { deliver, destination } = await wire(app, receiver, {
      destination: { path: '/typed', contentType, template },
    });
    for (const method of ['POST', 'PUT', 'PATCH'] as const) {
      await app.client.call('changeDestination', { params: { id: destination.id }, body: { method } });
      await deliver({ v: nasty });
      const request = sentTo('/typed');
      assert.deepEqual([request.method, request.headers['content-type']], [method, contentType]);
      assert.equal(Number(request.headers['content-length']), Buffer.byteLength(request.body));
      assert.ok(isRight(request.body), `${contentType}: ${request.body}`);
    }
  }
});

test('the escape mode can be set by hand, raw insertions are not escaped', async () => {
  const modes = {
    json: JSON.stringify('"<&').slice(1, -1),
    html: '&quot;&lt;&amp;',
    url: '%22%3C%26',
    none: '"<&',
  } as const;
  for (const [mode, wanted] of Object.entries(modes) as [keyof typeof modes, string][]) {
    const template = '{{it.data[0].v}} {{*it.data[0].v}}';
    const destination = { path: '/mode', contentType: 'text/plain', template, settings: { escape: mode } };
    const { deliver } = await wire(app, receiver, { destination });
    await deliver({ v: '"<&' });
    assert.equal(sentTo('/mode').body, `${wanted} "<&`, mode);
  }
});

test('GET sends text as the query and an object as parameters, and a body only when asked', async () => {
  const { deliver, destination } = await wire(app, receiver, {
    destination: {
      method: 'GET',
      path: '/get?fixed=1',
      contentType: 'text/plain',
      template: '?a={{it.data[0].v | url}}&b=2',
    },
  });
  const change = (body: Record<string, unknown>) =>
    app.client.call('changeDestination', { params: { id: destination.id }, body });
  await deliver({ v: 'x y' });
  let request = sentTo('/get');
  assert.deepEqual([request.method, request.query, request.body], ['GET', 'fixed=1&a=x%20y&b=2', '']);
  assert.equal(request.headers['content-type'], undefined);
  assert.equal(request.headers['content-length'], undefined);

  await change({ template: '{{! return { a: [1, "x&y"], none: null, o: { k: it.data[0].v }, "n=": true }; }}' });
  await deliver({ v: 'é' });
  request = sentTo('/get');
  assert.deepEqual(
    [...new URLSearchParams(request.query)],
    [
      ['fixed', '1'],
      ['a', '1'],
      ['a', 'x&y'],
      ['o', '{"k":"é"}'],
      ['n=', 'true'],
    ],
  );
  assert.equal(request.body, '');

  await change({ settings: { getBody: true }, contentType: 'application/json' });
  await deliver({ v: 'z' });
  request = sentTo('/get');
  assert.deepEqual(
    [request.method, request.query, request.headers['content-type']],
    ['GET', 'fixed=1', 'application/json'],
  );
  assert.equal(JSON.parse(request.body).o.k, 'z');
});

test('data in the path and in headers stays in its place or the delivery fails', async () => {
  const { deliver } = await wire(app, receiver, {
    connection: { baseUrl: `${receiver.url}/base` },
    destination: {
      path: '/u/{{it.data[0].v}}/end?q={{it.data[0].v}}',
      settings: { headers: [{ name: 'X-Value', value: 'v={{it.data[0].h}}' }] },
    },
  });
  const before = receiver.requests.length;
  const confined: Record<string, string> = {
    plain: 'plain',
    'a/b': 'a%2Fb',
    'a?b=c&d#e': 'a%3Fb%3Dc%26d%23e',
    'http://evil.example/': 'http%3A%2F%2Fevil.example%2F',
    '//evil.example': '%2F%2Fevil.example',
    '../../admin': '..%2F..%2Fadmin',
    'x\r\nHost: evil': 'x%0D%0AHost%3A%20evil',
    '%2e%2e': '%252e%252e',
    'é 😀': '%C3%A9%20%F0%9F%98%80',
  };
  for (const [v, encoded] of Object.entries(confined)) {
    await deliver({ v, h: 'fine' });
    const { target, headers } = receiver.requests.at(-1) ?? assert.fail('nothing came');
    assert.equal(target, `/base/u/${encoded}/end?q=${encoded}`);
    assert.deepEqual([headers.host, headers['x-value']], [`127.0.0.1:${receiver.port}`, 'v=fine']);
  }
  for (const v of ['.', '..']) {
    const delivery = await deliver({ v, h: 'fine' }, 'failed');
    assert.deepEqual([delivery.reason, delivery.attemptLog], ['template_error', []], v);
    assert.match(delivery.detail ?? '', /dots/);
  }
  for (const h of ['x\r\nX-Injected: 1', 'x\ny', 'x\0y']) {
    const delivery = await deliver({ v: 'plain', h }, 'failed');
    assert.deepEqual([delivery.reason, delivery.errorKind], ['template_error', 'template'], JSON.stringify(h));
    assert.ok(!JSON.stringify(delivery).includes(h));
  }
  assert.equal(receiver.requests.length, before + Object.keys(confined).length);
});

test('whatever a path inserts, raw or returned by JavaScript, is one segment below the base URL', async () => {
  const values: Record<string, string> = {
    '/../x': '%2F..%2Fx',
    '/a/%2e%2e/x': '%2Fa%2F%252e%252e%2Fx',
    '\\..\\x': '%5C..%5Cx',
    'a#b?c': 'a%23b%3Fc',
    'http://evil.example/x': 'http%3A%2F%2Fevil.example%2Fx',
  };
  for (const path of ['{{! return it.data[0].p }}', '{{* it.data[0].p }}', '{{@if(true)}}{{* it.data[0].p }}{{/if}}']) {
    const { deliver } = await wire(app, receiver, {
      connection: { baseUrl: `${receiver.url}/base` },
      destination: { path },
    });
    for (const [p, encoded] of Object.entries(values)) {
      await deliver({ p });
      assert.equal(receiver.requests.at(-1)?.target, `/base/${encoded}`, path);
    }
    const { reason } = await deliver({ p: '..' }, 'failed');
    assert.equal(reason, 'template_error');
  }
});

test('base URL and endpoint path are joined by exactly one slash, the query is kept', async () => {
  const { deliver, destination, connection } = await wire(app, receiver);
  const cases: [base: string, path: string, target: string][] = [
    ['', '', '/'],
    ['', 'x', '/x'],
    ['/', '/x', '/x'],
    ['/v2', '', '/v2'],
    ['/v2', 'x/y/', '/v2/x/y/'],
    ['/v2/', '/x?a=1&b=', '/v2/x?a=1&b='],
    ['/v2/', '?a=1', '/v2/?a=1'],
    ['/v2', '?a=1', '/v2?a=1'],
    ['/v2/', '//x', '/v2/x'],
  ];
  for (const [base, path, target] of cases) {
    await app.client.call('changeConnection', {
      params: { id: connection.id },
      body: { baseUrl: `${receiver.url}${base}` },
    });
    await app.client.call('changeDestination', { params: { id: destination.id }, body: { path } });
    await deliver({ v: 1 });
    assert.equal(receiver.requests.at(-1)?.target, target, `${base} + ${path}`);
  }
  await app.client.call('changeConnection', {
    params: { id: connection.id },
    body: { baseUrl: 'http://127.0.0.1/p', port: receiver.port },
  });
  await deliver({ v: 1 });
  assert.equal(receiver.requests.at(-1)?.target, '/p/x');
});

test('secret headers are sent and nowhere shown; the destination overrides the connection, Millrace overrides both', async () => {
  const secret = 'value-that-nobody-may-see';
  const { deliver, connection, destination } = await wire(app, receiver, {
    connection: {
      settings: {
        headers: [
          { name: 'X-Api-Key', value: secret, secret: true },
          { name: 'X-Both', value: 'connection' },
          { name: 'Idempotency-Key', value: 'mine' },
        ],
      },
    },
    destination: {
      settings: {
        headers: [
          { name: 'x-both', value: 'destination' },
          { name: 'X-Other-Key', value: `other-${secret}`, secret: true },
          { name: 'Content-Type', value: 'text/mine' },
        ],
      },
    },
  });
  const delivery = await deliver({ v: 1 });
  const { headers } = sentTo('/in');
  assert.deepEqual(
    ['x-api-key', 'x-other-key', 'x-both', 'content-type', 'idempotency-key'].map((name) => headers[name]),
    [secret, `other-${secret}`, 'destination', 'application/json', delivery.id],
  );
  const logged = new Map(delivery.attemptLog?.[0]?.request?.headers);
  assert.deepEqual(
    [logged.get('X-Api-Key'), logged.get('X-Other-Key'), logged.get('x-both')],
    ['[secret]', '[secret]', 'destination'],
  );
  const preview = await app.client.call('previewDestination', { params: { id: destination.id }, body: { data: [{}] } });
  const curl = await app.client.call('getDeliveryCurl', { params: { id: delivery.id } });
  const shown = await app.client.call('getConnection', { params: { id: connection.id } });
  assert.ok(!JSON.stringify([delivery, preview, curl, shown, destination, connection]).includes(secret));
});

test('every attempt carries the idempotency key under the name that was chosen, or none', async () => {
  const { deliver, connection } = await wire(app, receiver, {
    connection: { settings: { idempotencyHeader: 'X-Request-Token', retry: { scheduleMs: [0, 0, 0], jitter: 0 } } },
    destination: { path: '/key' },
  });
  receiver.answer('/key', { status: 500 }, { status: 503 }, {});
  const delivery = await deliver({ v: 1 });
  assert.deepEqual(
    receiver.at('/key').map(({ headers }) => [headers['x-request-token'], headers['idempotency-key']]),
    [1, 2, 3].map(() => [delivery.id, undefined]),
  );
  assert.equal(new Set(receiver.at('/key').map((one) => one.body)).size, 1);
  await app.client.call('changeConnection', {
    params: { id: connection.id },
    body: { settings: { idempotencyHeader: null } },
  });
  const without = await wire(app, receiver, { connection: { settings: { idempotencyHeader: null } } });
  await deliver({ v: 2 });
  await without.deliver({ v: 3 });
  for (const { rawHeaders } of receiver.requests.slice(-2)) assert.ok(!rawHeaders.join().includes('dlv_'));
});

test('a receiver can verify the signature by Standard Webhooks, anew for each attempt', async () => {
  const key = Buffer.from('a key of thirty-two bytes or so!!');
  const { deliver } = await wire(app, receiver, {
    connection: {
      settings: {
        signing: { scheme: 'standard-webhooks', secret: `whsec_${key.toString('base64')}` },
        retry: { scheduleMs: [0, 0], jitter: 0 },
      },
    },
    destination: { path: '/signed', template: '{"v":"{{it.data[0].v}}"}' },
  });
  receiver.answer('/signed', { status: 500 }, {});
  const startedAt = Date.now();
  const delivery = await deliver({ v: 'é😀' });
  assert.equal(receiver.at('/signed').length, 2);
  for (const { headers, body, at } of receiver.at('/signed')) {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
    assert.equal(id, delivery.id);
    // In whole seconds, rounded down.
    assert.ok(Math.floor(startedAt / 1_000) <= Number(timestamp) && Number(timestamp) * 1_000 <= at);
    const wanted = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    assert.equal(signature, `v1,${wanted}`);
  }
});

test('an hmac signature is made in the format that the system wants', async () => {
  const { deliver } = await wire(app, receiver, {
    connection: {
      settings: {
        signing: {
          scheme: 'hmac',
          algorithm: 'sha256',
          encoding: 'hex',
          header: 'X-Hub-Signature-256',
          format: 'sha256={signature}',
          secret: 'hub secret',
        },
      },
    },
    destination: { path: '/hub' },
  });
  await deliver({ v: 1 });
  const { headers, body } = sentTo('/hub');
  const wanted = createHmac('sha256', 'hub secret').update(body).digest('hex');
  assert.equal(headers['x-hub-signature-256'], `sha256=${wanted}`);
});

test('while a signing secret is replaced both sign, until the former one has run out', async () => {
  const current = Buffer.from('the secret of today, long enough');
  const former = Buffer.from('the secret of yesterday, as long');
  const hmac = (key: Buffer | string, text: string, encoding: 'base64' | 'hex') =>
    createHmac('sha256', key).update(text).digest(encoding);
  const standard = {
    scheme: 'standard-webhooks' as const,
    secret: `whsec_${current.toString('base64')}`,
    previousSecret: former.toString('base64'),
  };
  const own = {
    scheme: 'hmac' as const,
    algorithm: 'sha256' as const,
    encoding: 'hex' as const,
    header: 'X-Signature',
    format: 't={timestamp},v1={signature}',
    secret: 'today',
    previousSecret: 'yesterday',
  };
  const ahead = new Date(Date.now() + 3_600_000).toISOString();
  const over = new Date(Date.now() - 1_000).toISOString();
  for (const [previousUntil, count] of [
    [ahead, 2],
    [over, 1],
  ] as const)
    for (const signing of [
      { ...standard, previousUntil },
      { ...own, previousUntil },
    ]) {
      const path = `/rotating-${signing.scheme}-${count}`;
      const { deliver } = await wire(app, receiver, { connection: { settings: { signing } }, destination: { path } });
      await deliver({ v: 1 });
      const { headers, body } = sentTo(path);
      if (signing.scheme === 'hmac') {
        const values = String(headers['x-signature']).split(', ');
        const timestamp = /^t=(\d+),/.exec(values[0] ?? '')?.[1] ?? '';
        const wanted = ['today', 'yesterday'].map(
          (key) => `t=${timestamp},v1=${hmac(key, `${timestamp}.${body}`, 'hex')}`,
        );
        assert.deepEqual(values, wanted.slice(0, count));
      } else {
        const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
        const wanted = [current, former].map((key) => `v1,${hmac(key, text, 'base64')}`);
        assert.equal(headers['webhook-signature'], wanted.slice(0, count).join(' '));
      }
    }
});

test('over TLS the certificate is checked, against the CA of the connection, and a client certificate is shown', async () => {
  const tls = { cert: pem('server.crt'), key: pem('server.key'), ca: pem('ca.crt') };
  await using secure = await startReceiver({ tls });
  const settings = { retry: { scheduleMs: [0], jitter: 0 } };
  const { deliver, connection } = await wire(app, secure, { connection: { settings } });
  const held = await deliver({ v: 1 }, 'held');
  assert.deepEqual([held.reason, held.errorKind, secure.requests.length], ['exhausted', 'tls', 0]);
  await app.client.call('changeConnection', {
    params: { id: connection.id },
    body: { settings: { tls: { ca: pem('ca.crt'), cert: pem('client.crt'), key: pem('client.key') } } },
  });
  await reaches(app, held.id, 'delivered');
  const { ok, steps } = await app.client.call('testConnection', { params: { id: connection.id } });
  assert.deepEqual([ok, steps.map((step) => step.name)], [true, ['url', 'dns', 'connect', 'tls']]);
  // When the client certificate ends is known, and measured.
  const { health } = await app.client.call('getConnection', { params: { id: connection.id } });
  assert.equal(health.certificateExpiresAt, new X509Certificate(pem('client.crt')).validToDate.toISOString());
  const line = new RegExp(`expiry_seconds\\{connection="${connection.id}",what="certificate"\\} \\d+`);
  // Another node than the one with the change may report it.
  await eventually('the metric', async () => line.test(await app.metrics()));
});

test('the text of a template error or a skip shows no secret, alone and in a batch', async () => {
  const token = 'token-of-the-crm-4242';
  for (const [call, status] of [
    ['fail', 'failed'],
    ['skip', 'skipped'],
  ] as const)
    for (const records of [1, 2]) {
      const template = `{{! ${call}("no " + it.data[0].text) }}`;
      const { deliver } = await wire(app, receiver, {
        connection: { auth: { type: 'bearer', token } },
        destination: { template, settings: { batch: { records } } },
      });
      const deliveries = await Promise.all([1, 2].map(() => deliver({ text: token }, status)));
      for (const { detail } of deliveries) assert.match(detail ?? '', /no \[secret\]$/);
    }
});
