import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../contract/errors.ts';
import { type FakeAnswer, fakeEgress } from '../egress/fake/fake-egress.testing.ts';
import { openapiFetcher } from './fetch-openapi.ts';

const yaml = 'openapi: 3.1.0\npaths: {}\n';

/** A fetcher with a script of answers by URL. */
function fetcher(answers: Record<string, FakeAnswer>, { allow = '127.0.0.9', at = (): number => 0 } = {}) {
  const egress = fakeEgress({ allow, handler: ({ url }) => answers[url] ?? { status: 404 } });
  return { egress, fetch: openapiFetcher({ egress, now: at }) };
}

const location = (to: string): FakeAnswer => ({ status: 302, headers: [['location', to]] });

async function refusal(fetching: Promise<unknown>): Promise<[code: string, detail: string | undefined]> {
  const error = await fetching.then(
    () => assert.fail('it was fetched'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof AppError);
  return [error.code, error.errors?.[0]?.detail];
}

test('a document is returned with the URL that redirects led to', async () => {
  const { fetch, egress } = fetcher({
    'https://api.example/spec': location('/v2/spec.json?x=1'),
    'https://api.example/v2/spec.json?x=1': { status: 200, body: '{"swagger":"2.0","paths":{}}' },
    'https://api.example/plain': { status: 200, body: `# API\n${yaml}` },
  });
  assert.deepEqual(await fetch('https://api.example/spec'), {
    url: 'https://api.example/v2/spec.json?x=1',
    text: '{"swagger":"2.0","paths":{}}',
  });
  assert.equal((await fetch('https://api.example/plain')).text, `# API\n${yaml}`);
  assert.deepEqual(
    egress.requests.map(({ method, body }) => [method, body]),
    [
      ['GET', null],
      ['GET', null],
      ['GET', null],
    ],
  );
});

test('an address that is not allowed is refused, also when a redirect leads to it', async () => {
  const { fetch, egress } = fetcher({
    'https://api.example/inward': location('http://169.254.169.254/latest/meta-data'),
    'https://api.example/file': location('file:///etc/passwd'),
  });
  for (const url of ['http://10.0.0.1/spec', 'http://[::1]/spec', 'file:///etc/passwd', 'ftp://api.example/spec'])
    assert.equal((await refusal(fetch(url)))[0], 'blocked_address', url);
  assert.equal(egress.requests.length, 0);
  for (const url of ['https://api.example/inward', 'https://api.example/file'])
    assert.equal((await refusal(fetch(url)))[0], 'blocked_address', url);
  assert.deepEqual(
    egress.requests.map(({ url }) => url),
    ['https://api.example/inward', 'https://api.example/file'],
  );
});

test('what is no document, an error, a loop and a document that is too large are refused with the reason', async () => {
  const { fetch } = fetcher({
    'https://api.example/page': { status: 200, body: '<h1>openapi</h1>' },
    'https://api.example/loop': location('/loop'),
    'https://api.example/nowhere': { status: 301 },
    'https://api.example/packed': { status: 200, headers: [['content-encoding', 'gzip']], body: yaml },
    'https://api.example/cut': { status: 200, body: yaml, truncated: true },
    'https://api.example/large': { status: 200, body: `${yaml}${' '.repeat(8 * 1024 * 1024)}` },
    'https://api.example/slow': { error: { kind: 'timeout', message: 'No response.' } },
  });
  const reasons = {
    page: /no OpenAPI or Swagger document/,
    loop: /More than 5 redirects/,
    nowhere: /without saying where/,
    packed: /compressed/,
    cut: /cut off/,
    large: /more than 8 MiB/,
    slow: /No response/,
    missing: /HTTP 404/,
  };
  for (const [path, reason] of Object.entries(reasons)) {
    const [code, detail] = await refusal(fetch(`https://api.example/${path}`));
    assert.equal(code, 'invalid_value', path);
    assert.match(detail ?? '', reason);
  }
});

test('redirects share one time limit, and two documents are fetched at once', async () => {
  let now = 0;
  const { fetch, egress } = fetcher({ 'https://api.example/loop': location('/loop') }, { at: () => (now += 4_000) });
  assert.match((await refusal(fetch('https://api.example/loop')))[1] ?? '', /within 15 s/);
  assert.deepEqual(
    egress.requests.map(({ timeoutMs }) => timeoutMs),
    [11_000, 7_000, 3_000],
  );

  const held = Promise.withResolvers<void>();
  const slow = fakeEgress({
    async handler() {
      await held.promise;
      return { status: 200, body: yaml };
    },
  });
  const fetchSlowly = openapiFetcher({ egress: slow, now: () => 0 });
  const first = [fetchSlowly('https://a.example/'), fetchSlowly('https://b.example/')];
  assert.equal((await refusal(fetchSlowly('https://c.example/')))[0], 'unavailable');
  held.resolve();
  await Promise.all(first);
  assert.equal((await fetchSlowly('https://c.example/')).text, yaml);
});
