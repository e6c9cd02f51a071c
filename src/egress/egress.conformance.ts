import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Egress, EgressErrorKind, EgressOutcome, EgressRequest, Header } from './egress.ts';

/** A request as the peer received it. Header names are in lower case. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: readonly Header[];
  readonly body: string;
}

export interface ServedResponse {
  readonly status: number;
  readonly headers?: readonly Header[];
  readonly body?: Uint8Array | string;
}

/** An egress, and one allowed peer that responds as a test says. */
interface EgressHarness extends AsyncDisposable {
  readonly egress: Egress;
  /** `http://host:port` of the peer. */
  readonly origin: string;
  /** The requests that the peer received so far. */
  readonly seen: readonly SeenRequest[];
  respond(next: (request: SeenRequest) => ServedResponse): void;
}

/**
 * The contract of every adapter of the port. `open` is called for each test. Loopback must be blocked except for the
 * peer.
 */
export function testEgress(name: string, open: () => Promise<EgressHarness>): void {
  const conformance = (title: string, run: (harness: EgressHarness) => Promise<void>) =>
    test(`${name}: ${title}`, async () => {
      await using harness = await open();
      await run(harness);
    });

  conformance('sends method, path, query, headers and body unchanged', async ({ egress, origin, seen }) => {
    const request = requestTo(`${origin}/a%20b/c?d=e&f#fragment`, {
      method: 'PUT',
      headers: [
        ['X-One', '1'],
        ['x-two', 'a'],
        ['x-two', 'b'],
        ['Authorization', 'Bearer t0ken'],
      ],
      body: '{"ü":1}',
    });
    responseOf(await egress.send(request));
    assert.equal(seen.length, 1);
    const got = seen[0];
    assert.ok(got);
    assert.deepEqual([got.method, got.path, got.body], ['PUT', '/a%20b/c?d=e&f', '{"ü":1}']);
    assert.deepEqual(valuesOf(got.headers, 'x-one'), ['1']);
    assert.deepEqual(valuesOf(got.headers, 'x-two').join(', '), 'a, b');
    assert.deepEqual(valuesOf(got.headers, 'authorization'), ['Bearer t0ken']);
    assert.deepEqual(valuesOf(got.headers, 'accept-encoding'), ['identity']);
    assert.match(valuesOf(got.headers, 'user-agent').join(), /^Millrace\//);
    assert.deepEqual(valuesOf(got.headers, 'cookie'), []);
  });

  conformance('sends bytes unchanged, and no body with null', async ({ egress, origin, seen }) => {
    responseOf(await egress.send(requestTo(origin, { body: new Uint8Array([0x68, 0x69]) })));
    responseOf(await egress.send(requestTo(origin, { method: 'GET', body: null })));
    assert.deepEqual(
      seen.map((got) => [got.method, got.path, got.body]),
      [
        ['POST', '/', 'hi'],
        ['GET', '/', ''],
      ],
    );
  });

  conformance(
    'neither a user agent nor an accept-encoding of the caller replaces ours',
    async ({ egress, origin, seen }) => {
      responseOf(
        await egress.send(
          requestTo(origin, {
            headers: [
              ['User-Agent', 'crm'],
              ['Accept-Encoding', 'gzip'],
            ],
          }),
        ),
      );
      assert.match(valuesOf(seen[0]?.headers ?? [], 'user-agent').join(), /^Millrace\//);
      assert.deepEqual(valuesOf(seen[0]?.headers ?? [], 'accept-encoding'), ['identity']);
    },
  );

  conformance('gives status, headers and body as received', async ({ egress, origin, respond }) => {
    respond(() => ({
      status: 422,
      headers: [
        ['X-Reason', 'why'],
        ['Set-Cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ],
      body: 'nö',
    }));
    const response = responseOf(await egress.send(requestTo(origin)));
    assert.equal(response.status, 422);
    assert.deepEqual(valuesOf(response.headers, 'x-reason'), ['why']);
    assert.deepEqual(valuesOf(response.headers, 'set-cookie'), ['a=1', 'b=2']);
    assert.equal(new TextDecoder().decode(response.body), 'nö');
    assert.deepEqual([response.truncated, response.resends], [false, 0]);
    assert.ok(response.timings.totalMs >= 0);
  });

  conformance('says once that a request was written, and nothing of one that was not', async ({ egress, origin }) => {
    let written = 0;
    const onWritten = () => {
      written += 1;
    };
    responseOf(await egress.send(requestTo(origin, { onWritten })));
    assert.equal(written, 1);
    responseOf(await egress.send(requestTo(origin, { method: 'GET', body: null, onWritten })));
    assert.equal(written, 2);
    assert.equal(kindOf(await egress.send(requestTo('http://10.0.0.1/', { onWritten }))), 'blocked');
    assert.equal(written, 2);
  });

  conformance('does not write a request that must not be written any more', async ({ egress, origin, seen }) => {
    let [isAllowed, asked, written] = [false, 0, 0];
    const mayWrite = () => {
      asked += 1;
      return isAllowed;
    };
    const onWritten = () => {
      written += 1;
    };
    const send = () => egress.send(requestTo(origin, { mayWrite, onWritten }));
    assert.equal(kindOf(await send()), 'connect');
    assert.deepEqual([seen.length, asked, written], [0, 1, 0]);
    isAllowed = true;
    responseOf(await send());
    isAllowed = false;
    assert.equal(kindOf(await send()), 'connect', 'nor to a kept socket');
    assert.deepEqual([seen.length, asked, written], [1, 3, 1]);
    isAllowed = true;
    responseOf(await send());
    assert.equal(seen.length, 2);
  });

  conformance('follows no redirect and keeps no cookie', async ({ egress, origin, seen, respond }) => {
    respond(() => ({
      status: 302,
      headers: [
        ['location', `${origin}/next`],
        ['set-cookie', 'a=1'],
      ],
    }));
    for (let i = 0; i < 2; i++) {
      const response = responseOf(await egress.send(requestTo(`${origin}/first`)));
      assert.equal(response.status, 302);
    }
    assert.deepEqual(
      seen.map((got) => [got.path, valuesOf(got.headers, 'cookie').length]),
      [
        ['/first', 0],
        ['/first', 0],
      ],
    );
  });

  conformance(
    'cuts a response after responseBytesMax, by default after 64 KiB',
    async ({ egress, origin, respond }) => {
      respond(() => ({ status: 200, body: 'x'.repeat(70_000) }));
      const byDefault = responseOf(await egress.send(requestTo(origin)));
      assert.deepEqual([byDefault.body.length, byDefault.truncated, byDefault.status], [65_536, true, 200]);
      const short = responseOf(await egress.send(requestTo(origin, { responseBytesMax: 10 })));
      assert.deepEqual([new TextDecoder().decode(short.body), short.truncated], ['x'.repeat(10), true]);
      respond(() => ({ status: 200, body: 'x'.repeat(10) }));
      const whole = responseOf(await egress.send(requestTo(origin, { responseBytesMax: 10 })));
      assert.deepEqual([whole.body.length, whole.truncated], [10, false]);
      respond(() => ({ status: 200, headers: [['Content-Encoding', 'br']], body: 'x'.repeat(5_000) }));
      const packed = responseOf(await egress.send(requestTo(origin)));
      assert.deepEqual([packed.body.length, packed.truncated], [64, true]);
      for (const coding of ['utf-8', 'none', '', 'identity']) {
        respond(() => ({ status: 200, headers: [['Content-Encoding', coding]], body: 'x'.repeat(5_000) }));
        assert.equal(responseOf(await egress.send(requestTo(origin))).body.length, 5_000, coding);
      }
      respond(() => ({ status: 200, headers: [['Content-Encoding', 'x-gzip, br']], body: 'x'.repeat(5_000) }));
      const shorter = responseOf(await egress.send(requestTo(origin, { responseBytesMax: 10 })));
      assert.deepEqual([shorter.body.length, shorter.truncated], [10, true]);
    },
  );

  conformance(
    'refuses headers and methods that could change the framing, and sends nothing',
    async ({ egress, origin, seen }) => {
      const bad: Partial<EgressRequest>[] = [
        { headers: [['x', 'a\r\nHost: other']] },
        { headers: [['x\r\ny', 'a']] },
        { headers: [['x', 'ü']] },
        { headers: [['', 'a']] },
        { headers: [['Host', 'other']] },
        { headers: [['Content-Length', '0']] },
        { headers: [['transfer-encoding', 'chunked']] },
        { headers: [['Connection', 'x']] },
        { headers: [['Upgrade', 'x']] },
        { method: 'GET / HTTP/1.1\r\nx:' },
        { method: 'CONNECT' },
      ];
      for (const part of bad)
        assert.equal(kindOf(await egress.send(requestTo(origin, part))), 'blocked', JSON.stringify(part));
      responseOf(await egress.send(requestTo(`${origin}/last`)));
      assert.deepEqual(
        seen.map((got) => got.path),
        ['/last'],
      );
    },
  );

  conformance('refuses URLs that the guard refuses, in send, check and probe', async ({ egress, origin, seen }) => {
    const port = new URL(origin).port;
    const urls = [
      'ftp://example.com/',
      'http://user@example.com/',
      'http://example.com:25/',
      'http://exa mple.com/',
      'http://example.com\\x',
      'example.com',
      `http://127.0.0.1:${port === '1024' ? 1025 : 1024}/`,
      'http://10.0.0.1/',
      'http://[::1]/',
      'http://2130706433/',
      'http://169.254.169.254/latest/meta-data/',
      'http://localhost:1024/',
    ];
    for (const url of urls) {
      assert.equal(kindOf(await egress.send(requestTo(url))), 'blocked', url);
      assert.equal(egress.check(url).ok, false, url);
      const steps = await egress.probe({ url, timeoutMs: 1_000 });
      assert.deepEqual(
        steps.map((step) => [step.name, step.ok, step.error?.kind]),
        [['url', false, 'blocked']],
        url,
      );
    }
    assert.deepEqual(seen, []);
  });

  conformance('refuses a proxy that the guard refuses, and sends nothing', async ({ egress, origin, seen }) => {
    for (const url of [
      'http://10.0.0.1:3128',
      'http://us@proxy.example',
      'socks5://proxy.example',
      'http://metadata',
    ]) {
      const proxy = { url, username: null, password: '' };
      assert.equal(kindOf(await egress.send(requestTo(origin, { proxy }))), 'blocked', url);
    }
    assert.deepEqual(seen, []);
  });

  conformance('checks and probes an allowed URL', async ({ egress, origin, seen }) => {
    assert.deepEqual(egress.check(`${origin}/a?b`), { ok: true });
    const steps = await egress.probe({ url: origin, timeoutMs: 5_000 });
    assert.deepEqual(
      steps.map((step) => [step.name, step.ok]),
      [
        ['url', true],
        ['dns', true],
        ['connect', true],
      ],
    );
    for (const step of steps) assert.ok(step.durationMs >= 0 && step.detail !== '');
    assert.deepEqual(seen, []);
  });

  conformance('refuses blocked and invalid mail servers', async ({ egress, seen }) => {
    for (const [host, port] of [
      ['127.0.0.2', 587],
      ['[::1]', 25],
      ['::ffff:127.0.0.1', 25],
      ['10.0.0.1', 465],
      ['169.254.169.254', 25],
      ['0x7f.1', 25],
      ['metadata.google.internal', 587],
      ['mail.example', 22],
      ['mail.example', 70_000],
      ['mail.example:25', 25],
      ['http://mail.example', 25],
      ['u@mail.example', 25],
      ['mail.example/', 25],
      ['a b', 25],
      ['', 25],
    ] as const) {
      assert.equal(egress.checkHost(host, port).ok, false, `${host} ${port}`);
      const outcome = await egress.connect({ host, port, timeoutMs: 1_000 });
      assert.equal(outcome.kind === 'error' && outcome.error.kind, 'blocked', `${host} ${port}`);
    }
    for (const port of [25, 465, 587, 2_525]) assert.deepEqual(egress.checkHost('Mail.example.', port), { ok: true });
    assert.deepEqual(seen, []);
  });

  conformance('after dispose it sends nothing and reports this', async ({ egress, origin, seen }) => {
    responseOf(await egress.send(requestTo(origin)));
    await egress[Symbol.asyncDispose]();
    assert.equal(kindOf(await egress.send(requestTo(origin))), 'reset');
    assert.equal(seen.length, 1);
  });
}

/** A small POST with generous limits, changed by `part`. */
export function requestTo(url: string, part: Partial<EgressRequest> = {}): EgressRequest {
  return { method: 'POST', url, headers: [], body: '{}', connectTimeoutMs: 5_000, timeoutMs: 10_000, ...part };
}

/** The response of an outcome; fails the test when it is an error. */
export function responseOf(outcome: EgressOutcome): Extract<EgressOutcome, { kind: 'response' }> {
  assert.equal(outcome.kind, 'response', JSON.stringify(outcome));
  return outcome as Extract<EgressOutcome, { kind: 'response' }>; // as: asserted above
}

/** The error kind of an outcome, or `response`. */
export function kindOf(outcome: EgressOutcome): EgressErrorKind | 'response' {
  return outcome.kind === 'error' ? outcome.error.kind : 'response';
}

function valuesOf(headers: readonly Header[], name: string): string[] {
  return headers.filter(([key]) => key === name).map(([, value]) => value);
}
