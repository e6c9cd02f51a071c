import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { contentTag } from '../../src/api/http/etag.ts';
import { curlCommand } from '../../src/contract/documents/curl.ts';
import { startTestApp, type TestApp, type Wired, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';

/** Bytes of any response that is not sent in parts. */
const answerBytesMax = 8 * 1_048_576;
/** As many as fit into one request: in memory one character each, in JSON six, six and three bytes. */
const crafted: [what: string, json: string][] = [
  ['control characters', '\\u0001'.repeat(170_000)],
  ['lone surrogates', '\\ud800'.repeat(170_000)],
  ['Chinese characters', '\u4e2d'.repeat(340_000)],
];

let app: TestApp;
let receiver: Receiver;
let wired: Wired;
let large: Wired;
before(async () => {
  [app, receiver] = await Promise.all([startTestApp({ MILLRACE_INBOX: 'on' }), startReceiver()]);
  wired = await wire(app, receiver);
  large = await wire(app, receiver, {
    // What a template writes is sent, and stored, as it is.
    destination: {
      path: '/large',
      method: 'POST',
      contentType: 'text/plain',
      template: '{{ "\\u0001".repeat(it.data[0].many) + it.data[0].text }}',
    },
  });
});
after(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

/** The bytes of the response to a request to the API, and its JSON. */
async function answer<T>(path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST') {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await app.fetch(`/api/v1${path}`, { ...init, headers: { 'content-type': 'application/json' } });
  const bytes = Buffer.from(await response.arrayBuffer());
  assert.ok(response.ok, `${path}: ${response.status} ${bytes.subarray(0, 300)}`);
  return { bytes: bytes.length, json: JSON.parse(bytes.toString()) as T }; // what the route promises
}

async function sendText(to: Wired, text: string) {
  const { name } = to.collector;
  const body = `{"events":[{"wire":${JSON.stringify(name)},"text":"${text}"}]}`;
  const response = await fetch(`${app.url}/v3/${to.collector.key}`, { method: 'POST', body });
  assert.equal(response.status, 200, await response.clone().text());
  const { ids } = (await response.json()) as { ids: string[] };
  return ids[0] ?? '';
}

type Page = { data: unknown[]; page: { next: string | null } };

for (const [what, text] of crafted)
  test(`a page of events full of ${what} has at most 8 MiB, and its next pages have the rest`, async () => {
    const sent = new Set<string>();
    for (let n = 0; n < 12; n++) sent.add(await sendText(wired, text));
    for (let cursor = ''; sent.size > 0; ) {
      const { bytes, json } = await answer<Page>(`/events?limit=200${cursor}`);
      assert.ok(bytes <= answerBytesMax, `${bytes} bytes for ${json.data.length} events`);
      for (const one of json.data as { id: string }[]) sent.delete(one.id);
      if (json.page.next === null) break;
      cursor = `&cursor=${json.page.next}`;
    }
    assert.equal(sent.size, 0);
  });

test('a delivery whose attempts all sent the same large body shows the newest, in at most 8 MiB', async () => {
  receiver.answer('/large', { status: 400, body: '\u0001'.repeat(65_536) });
  const { id } = await large.deliver({ many: 1_000_000, text: '' }, 'failed');
  for (let n = 2; n <= 4; n++) {
    await app.client.call('retryDelivery', { params: { id }, body: {} });
    await finished(id, n);
  }
  const { bytes, json } = await answer<{ attempts: number; attemptLog: { number: number }[] }>(`/deliveries/${id}`);
  assert.ok(bytes <= answerBytesMax, `${bytes} bytes for ${json.attemptLog.length} attempts`);
  assert.equal(json.attemptLog.at(-1)?.number, 4);
  const { attemptLog = [] } = await app.client.call('getDelivery', { params: { id } });
  const request = attemptLog.at(-1)?.request ?? assert.fail();
  const curl = await app.fetch(`/api/v1/deliveries/${id}/curl`);
  assert.equal(curl.headers.get('transfer-encoding'), 'chunked');
  assert.ok((await curl.text()) === curlCommand(request));
  const list = await answer<Page>('/deliveries?limit=200');
  assert.ok(list.bytes <= answerBytesMax, `${list.bytes} bytes of deliveries`);
});

async function finished(id: string, attempts: number) {
  await eventually('the attempt', async () => {
    const { status, attemptLog = [] } = await app.client.call('getDelivery', { params: { id } });
    return status === 'failed' && attemptLog.at(-1)?.number === attempts;
  });
}

test('the requests in the plan of a replay have at most 8 MiB', async () => {
  receiver.answer('/large', { status: 200 });
  for (let n = 0; n < 5; n++) await large.deliver({ many: 1_000_000, text: '' });
  const { bytes, json } = await answer<{ samples: unknown[] }>('/replays', {
    of: 'deliveries',
    filter: { destinationId: large.destination.id },
    only: 'all',
    body: 'current',
    plan: true,
  });
  assert.ok(json.samples.length > 0);
  assert.ok(bytes <= answerBytesMax, `${bytes} bytes for ${json.samples.length} samples`);
});

test('checks of a destination and of an action list bodies of at most 8 MiB, and count the others', async () => {
  receiver.answer('/large', { status: 200 });
  for (let n = 0; n < 12; n++) await large.deliver({ many: 0, text: '\u0001'.repeat(170_000) });
  const { destination, action } = large;
  const draft = { template: '{{ it.data[0].text }}!' };
  const ofDestination = await answer<{ checked: number; rows: unknown[] }>(`/destinations/${destination.id}/check`, {
    draft,
    last: 12,
  });
  assert.equal(ofDestination.json.checked, 12);
  assert.ok(ofDestination.bytes <= answerBytesMax, `${ofDestination.bytes} bytes of a destination's check`);
  const mapping = [{ field: 'text', expression: 'it.data.text + "!"' }];
  const ofAction = await answer<{ counts: { bodiesChanged: number } }>(`/actions/${action.id}/check`, {
    draft: { destinations: [{ destinationId: destination.id, mapping }] },
    last: 12,
  });
  assert.ok(ofAction.bytes <= answerBytesMax, `${ofAction.bytes} bytes of an action's check`);
});

test('lists of the Inbox, its rules and rejected requests have at most 8 MiB', async () => {
  const body = '\u0001'.repeat(65_536);
  for (let n = 0; n < 100; n++)
    await fetch(`${app.url}/inbox/crafted?n=${n}`, { method: 'POST', body, headers: { 'x-text': 'x'.repeat(900) } });
  const requests = await answer<Page>('/inbox/requests?limit=200');
  assert.ok(requests.json.data.length > 0);
  assert.ok(requests.bytes <= answerBytesMax, `${requests.bytes} bytes of requests`);

  let refused = 0;
  for (let n = 0; n < 100 && refused === 0; n++) {
    const response = await app.fetch(`/api/v1/inbox/rules/rule${n}`, {
      method: 'PUT',
      body: JSON.stringify({ body }),
      headers: { 'content-type': 'application/json' },
    });
    if (response.status === 409) refused = n;
  }
  assert.ok(refused > 1);
  const rules = await answer<{ data: unknown[] }>('/inbox/rules');
  assert.ok(rules.bytes <= answerBytesMax, `${rules.bytes} bytes of rules`);

  for (let n = 0; n < 200; n++)
    await fetch(`${app.url}/v3/${wired.collector.key}?${'%01'.repeat(300)}${n}`, { method: 'POST', body });
  const rejected = await answer<Page>('/collectors/rejected?limit=200');
  assert.ok(rejected.bytes <= answerBytesMax, `${rejected.bytes} bytes of rejected requests`);
});

test('a page of the versions of a document has at most 8 MiB', async () => {
  const { id } = wired.destination;
  for (let n = 0; n < 12; n++) {
    const template = `${n}${'\u4e2d'.repeat(262_000)}`;
    await answer(`/destinations/${id}`, { template }, 'PATCH');
  }
  const { bytes, json } = await answer<Page>(`/destinations/${id}/versions?limit=200`);
  assert.ok(json.data.length > 1);
  assert.ok(bytes <= answerBytesMax, `${bytes} bytes for ${json.data.length} versions`);
});

test('the preview of a larger body is sent in parts, and again for its Idempotency-Key', async () => {
  const { destination } = large;
  const body = JSON.stringify({ data: [{ many: 1_000_000, text: '' }] });
  const preview = () =>
    app.fetch(`/api/v1/destinations/${destination.id}/preview`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'idempotency-key': 'large' },
    });
  const first = await preview();
  assert.equal(first.headers.get('transfer-encoding'), 'chunked');
  const text = await first.text();
  assert.ok(text.length > answerBytesMax);
  const { result } = JSON.parse(text) as { result: { body: string } };
  assert.equal(result.body, '\u0001'.repeat(1_000_000));
  assert.ok((await (await preview()).text()) === text);
});

test('a large event has the same entity tag as always, and is compressed when asked', async () => {
  const id = await sendText(wired, '\u4e2d'.repeat(300_000));
  const path = `/api/v1/events/${id}`;
  const [plain, packed] = await Promise.all(
    ['identity', 'gzip'].map((coding) => app.fetch(path, { headers: { 'accept-encoding': coding } })),
  );
  assert.equal(packed?.headers.get('content-encoding'), 'gzip');
  const text = await plain?.text();
  assert.ok(text === (await packed?.text()));
  const tag = plain?.headers.get('etag') ?? '';
  assert.equal(tag, contentTag(text ?? ''));
  const again = await app.fetch(path, { headers: { 'if-none-match': tag } });
  assert.equal(again.status, 304);
});

test('the steps of a refused import have at most 8 MiB, first those with problems', async () => {
  const behaviors = (last: string) =>
    Array.from({ length: 20 }, (_, n) => ({
      kind: 'behavior',
      name: `Refused ${n}`,
      condition: {
        any: Array.from({ length: 199 }, () => ({
          parameter: 'p',
          operator: 'equals',
          value: '\u4e2d'.repeat(900) + last,
        })),
      },
    }));
  await answer('/import', { documents: behaviors('a') });
  const wrong = { kind: 'destination', connection: wired.connection.name, name: 'Wrong', template: '{{' };
  const response = await app.fetch('/api/v1/import', {
    method: 'POST',
    body: JSON.stringify({ documents: [...behaviors('b'), wrong] }),
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(response.status, 422);
  const text = await response.text();
  const bytes = Buffer.byteLength(text);
  assert.ok(bytes <= answerBytesMax, `${bytes} bytes`);
  const { steps } = JSON.parse(text) as { steps: { name: string; problems: unknown[] }[] };
  assert.ok(steps.some(({ problems }) => problems.length > 0));
});
