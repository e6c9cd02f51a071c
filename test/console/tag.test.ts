import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { budgets } from '../../scripts/budgets.ts';
import { buildTag, integrityOf, isTagStale, packed, tagScript } from '../../scripts/tag.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { type Answer, type Receiver, startReceiver } from '../support/receiver.ts';
import { startBrowser } from './browser.ts';

let app: TestApp;
let site: Receiver;
let browser: Browser & AsyncDisposable;
before(async () => {
  if (isTagStale()) await buildTag();
  app = await startTestApp();
  site = await startReceiver();
  browser = await startBrowser();
});
after(async () => {
  await browser?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
  await app?.[Symbol.asyncDispose]();
});

type Shop = AsyncDisposable & {
  readonly context: BrowserContext;
  /** Opens a page of the shop in a new tab. */
  visit(path?: string): Promise<Page>;
  /** The same, until the tag runs. */
  open(path?: string): Promise<Page>;
  /** Its stored events, oldest first, once there are as many. */
  events(count: number): Promise<Stored[]>;
};
type Stored = Awaited<ReturnType<TestApp['client']['call']>> & {
  name: string | null;
  visitorId: string | null;
  anonymousId: string | null;
  sessionId: string | null;
  data: Record<string, unknown>;
  ext: { page: Record<string, string>; pageNumber?: string; consent?: string };
};

let shops = 0;

/**
 * A shop on an origin of its own, with a page `/` and others that have the tag with these attributes, seen in a browser that
 * was never there. `body`: of its pages. `headers`: of its pages.
 */
async function startShop(
  attributes = '',
  { body = '', headers = {}, isPrivate = false, script = {} }: ShopOptions = {},
): Promise<Shop> {
  const name = `shop${++shops}`;
  const { id, key } = await app.client.call('createCollector', { body: { name } });
  const { src = `${app.url}/tag.js`, integrity } = script;
  const sri = integrity === undefined ? '' : ` integrity="${integrity}" crossorigin="anonymous"`;
  const tag = `<script async src="${src}"${sri} data-key="${key}" ${attributes}></script>`;
  const context = await browser.newContext();
  context.setDefaultTimeout(60_000);
  if (isPrivate)
    await context.addInitScript(`Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })`);
  const origin = `http://${name}.localhost:${site.port}`;
  async function visit(path = '/'): Promise<Page> {
    const answer: Answer = {
      headers: { 'content-type': 'text/html', ...headers },
      body: `<!doctype html><title>Shop ${path}</title>${tag}${body}`,
    };
    for (const one of ['/', '/next', path.split(/[?#]/)[0] ?? path]) site.answer(`/${one}`.replace('//', '/'), answer);
    const page = await context.newPage();
    await page.goto(`${origin}${path}`);
    return page;
  }
  return {
    context,
    visit,
    async open(path) {
      const page = await visit(path);
      await page.waitForFunction(`typeof millrace === 'function' && millrace.q === undefined`);
      return page;
    },
    async events(count) {
      let data: Stored[] = [];
      const names = () => data.map((one) => one.name);
      await eventually(
        `${count} events`,
        async () => {
          data = (await app.client.call('listEvents', { query: { collectorId: id } })).data as unknown as Stored[]; // the fields that are looked at
          return data.length >= count;
        },
        { state: names },
      );
      assert.equal(data.length, count, names().join());
      return data.reverse();
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}

type ShopOptions = {
  body?: string;
  headers?: Record<string, string>;
  isPrivate?: boolean;
  script?: { src?: string; integrity?: string };
};

const names = (events: readonly Stored[]) => events.map((one) => one.name);
const ended = (page: Page) => page.evaluate(`millrace('track', 'end')`);

test('the tag is within its budget', async () => {
  const { length } = packed(await tagScript());
  assert.ok(length <= budgets.tag, `${length} bytes`);
});

test('a page with the line alone sends its page view, with visitor, session and page number', async () => {
  await using shop = await startShop();
  await shop.open('/basket?utm_source=news');
  const [event] = await shop.events(1);
  assert.equal(event?.name, 'page');
  assert.match(event?.anonymousId ?? '', /^[\da-f]{32}$/);
  assert.equal(event?.visitorId, event?.anonymousId);
  assert.match(event?.sessionId ?? '', /^[\da-f]{32}$/);
  assert.equal(event?.ext.pageNumber, '1');
  const { path, search, title, url } = event?.ext.page ?? {};
  assert.deepEqual([path, search, title], ['/basket', '?utm_source=news', 'Shop /basket?utm_source=news']);
  assert.match(url ?? '', /^http:\/\/shop1\.localhost:\d+\/basket\?/);
});

test('track, identify, page and reset: who the visitor is goes with later events, also on later pages', async () => {
  await using shop = await startShop('data-pages="off"');
  const page = await shop.open();
  await page.evaluate(`millrace('track', 'Product Added', { price: 49.9, lines: [{ id: 'K1' }] });
    millrace('identify', 'u-1', { plan: 'gold' });
    millrace('page', { name: 'Basket' });`);
  const before = await shop.events(3);
  assert.deepEqual(names(before), ['Product Added', 'identify', 'page']);
  assert.deepEqual(before[0]?.data, { price: '49.9', lines: [{ id: 'K1' }] });
  assert.deepEqual(before[1]?.data, { plan: 'gold' });
  const [anonymous] = before.map((one) => one.anonymousId);
  assert.deepEqual(
    before.map((one) => one.visitorId),
    [anonymous, 'u-1', 'u-1'],
  );
  const later = await shop.open('/next');
  await later.evaluate(`millrace('track', 'a'); millrace('reset'); millrace('track', 'b')`);
  const [, , , a, b] = await shop.events(5);
  assert.deepEqual([a?.visitorId, a?.anonymousId, a?.sessionId], ['u-1', anonymous, before[0]?.sessionId]);
  assert.notEqual(b?.anonymousId, anonymous);
  assert.equal(b?.visitorId, b?.anonymousId);
});

test('calls before the script is loaded are kept, when the page defines the function', async () => {
  const early = `<script>window.millrace ??= function () { (millrace.q ??= []).push(arguments) }; millrace('track', 'early', { n: 1 })</script>`;
  await using shop = await startShop('', { body: early });
  await shop.open();
  assert.deepEqual(names(await shop.events(2)).sort(), ['early', 'page']);
});

test('clicks and forms with the attribute are events with its values; what a visitor types is not', async () => {
  const body = `<button data-millrace="Wish" data-millrace-sku="K1" data-millrace-list-name="Later"><b>wish</b></button>
    <form data-millrace="Signup" data-millrace-place="footer" onsubmit="return false">
      <input name="email" value="ann@example.com"><button>join</button></form>`;
  await using shop = await startShop('data-pages="off"', { body });
  const page = await shop.open();
  await page.getByText('wish').click();
  await page.getByRole('button', { name: 'join' }).click();
  const events = await shop.events(2);
  assert.deepEqual(names(events), ['Wish', 'Signup']);
  assert.deepEqual(
    events.map((one) => one.data),
    [{ sku: 'K1', listName: 'Later' }, { place: 'footer' }],
  );
});

test('a single-page application: each address is one page view with the page before as referrer', async () => {
  await using shop = await startShop();
  const page = await shop.open();
  await page.evaluate(`history.pushState({}, '', '/a'); document.title = 'A'`);
  await shop.events(2);
  await page.evaluate(`history.pushState({}, '', '/b'); history.replaceState({}, '', '/c')`);
  await shop.events(3);
  await page.goBack();
  await shop.events(4);
  await page.evaluate(`location.hash = 'part'; location.hash = '#/route'`);
  await shop.events(5);
  await ended(page);
  const events = (await shop.events(6)).slice(0, 5);
  const path = (url: string) => new URL(url).pathname + new URL(url).hash;
  assert.deepEqual(
    events.map(({ name, ext }) => [name, path(ext.page['url'] ?? ''), ext.pageNumber]),
    ['/', '/a', '/c', '/a', '/a#/route'].map((at, n) => ['page', at, String(n + 1)]),
  );
  assert.equal(events[1]?.ext.page['title'], 'A');
  assert.deepEqual(
    events.slice(1, 4).map(({ ext }) => path(ext.page['referrer'] ?? '')),
    ['/', '/a', '/c'],
  );
});

test('back and forward between pages: each view once', async () => {
  await using shop = await startShop();
  const page = await shop.open();
  await shop.events(1);
  await page.goto(new URL('/next', page.url()).href);
  await shop.events(2);
  await page.goBack();
  await shop.events(3);
  await page.goForward();
  await shop.events(4);
  await ended(page);
  const events = await shop.events(5);
  assert.deepEqual(
    events.map(({ ext }) => ext.page['path']),
    ['/', '/next', '/', '/next', '/next'],
  );
  assert.equal(new Set(events.map((one) => one.sessionId)).size, 1);
});

test('an event of the moment in which a tab is closed or a link followed is stored', async () => {
  await using shop = await startShop('data-pages="off"', {
    body: '<a href="/next" onclick="millrace(\'track\', \'left\')">on</a>',
  });
  const page = await shop.open();
  await page.getByText('on').click();
  await page.waitForURL('**/next');
  assert.deepEqual(names(await shop.events(1)), ['left']);
  await page.evaluate(`millrace('track', 'closed')`);
  await page.close();
  assert.deepEqual(names(await shop.events(2)), ['left', 'closed']);
});

test('events of a time without network are sent afterwards, also those of a tab that was closed, each once', async () => {
  await using shop = await startShop('data-pages="off"');
  const page = await shop.open();
  await shop.context.setOffline(true);
  await page.evaluate(`millrace('track', 'offline')`);
  await page.waitForEvent('requestfailed');
  await shop.context.setOffline(false);
  assert.deepEqual(names(await shop.events(1)), ['offline']);
  const other = await shop.open();
  await shop.context.setOffline(true);
  await other.evaluate(`millrace('track', 'closed offline')`);
  await other.close();
  await page.close();
  await shop.context.setOffline(false);
  await ended(await shop.open());
  assert.deepEqual(names(await shop.events(3)), ['offline', 'closed offline', 'end']);
});

test('an event that an open page could not send for a day is dropped, since its id is known no more', async () => {
  await using shop = await startShop('data-pages="off"');
  const page = await shop.open();
  await shop.context.setOffline(true);
  await page.evaluate(`millrace('track', 'offline')`);
  await page.waitForEvent('requestfailed');
  await page.evaluate('{ const { now } = Date; Date.now = () => now() + 24 * 3_600_000; }');
  await shop.context.setOffline(false);
  await ended(page);
  assert.deepEqual(names(await shop.events(1)), ['end']);
});

test('what a server did not take is sent again under the same ids; what it refused is not', async () => {
  await using shop = await startShop(`data-pages="off" data-url="${site.url}/down"`);
  const page = await shop.open();
  const path = `/down/tag/${await page.evaluate(`document.querySelector('script').dataset.key`)}`;
  const headers = { 'access-control-allow-origin': '*' };
  site.answer(path, { status: 503, headers }, { status: 429, headers }, { status: 400, headers }, { headers });
  await page.evaluate(`millrace('track', 'first')`);
  await eventually('three requests', () => site.at(path).length === 3);
  await page.evaluate(`millrace('track', 'second')`);
  await eventually('a fourth request', () => site.at(path).length === 4);
  const sent = site.at(path).map(({ body }) => JSON.parse(body).batch.map((one: Sent) => [one.event, one.messageId]));
  assert.deepEqual(sent.slice(0, 3), Array(3).fill(sent[0]));
  assert.deepEqual(
    sent.map((batch) => batch.map(([name]: string[]) => name)),
    [['first'], ['first'], ['first'], ['second']],
  );
});

type Sent = { event: string; messageId: string };

/** What a page stores in the browser. */
const kept = (page: Page) =>
  page.evaluate<unknown[]>(
    `[document.cookie, ...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter(Boolean)`,
  );

test('without cookies nothing is stored in the browser and no id is sent, but a user id that the page gives', async () => {
  await using shop = await startShop('data-cookie="off"');
  const page = await shop.open();
  await page.evaluate(`millrace('track', 'one'); millrace('identify', 'u-1'); millrace('track', 'two')`);
  const events = await shop.events(4);
  assert.deepEqual(
    events.map(({ name, visitorId, anonymousId, sessionId }) => [name, visitorId, anonymousId, sessionId]),
    [
      ['page', null, null, null],
      ['one', null, null, null],
      ['identify', 'u-1', null, null],
      ['two', 'u-1', null, null],
    ],
  );
  assert.deepEqual(await kept(page), []);
});

test('with Global Privacy Control nothing is stored in the browser, and no visitor is named', async () => {
  await using shop = await startShop('', { isPrivate: true });
  const page = await shop.open();
  await page.evaluate(`millrace('identify', 'u-1', { email: 'ann@example.com' }); millrace('track', 'one')`);
  const events = await shop.events(2);
  assert.deepEqual(
    events.map(({ name, visitorId, anonymousId, sessionId }) => [name, visitorId, anonymousId, sessionId]),
    [
      ['page', null, null, null],
      ['one', null, null, null],
    ],
  );
  assert.deepEqual(await kept(page), []);
  assert.doesNotMatch(JSON.stringify(events), /u-1|ann@/);
});

test('where consent is asked, nothing is stored or sent before it, and nothing after it is withdrawn', async () => {
  await using shop = await startShop('data-consent');
  await shop.context.clock.install();
  const page = await shop.open();
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.evaluate(`millrace('track', 'held')`);
  await page.clock.runFor(600_000);
  assert.deepEqual([await kept(page), requests], [[], []]);
  await page.evaluate(`millrace('consent', true)`);
  const events = await shop.events(2);
  assert.deepEqual(
    events.map(({ name, ext }) => [name, ext.consent, ext.page['path']]),
    [
      ['page', 'true', '/'],
      ['held', 'true', '/'],
    ],
  );
  // What was sent leaves the queue when its response has come.
  await eventually('the visitor alone to be kept', async () => (await kept(page)).length === 1);
  await page.evaluate(`millrace('track', 'unsent'); millrace('consent', false); millrace('track', 'refused')`);
  assert.deepEqual(await kept(page), []);
  await page.evaluate(`millrace('consent', true)`);
  await ended(page);
  const [, , end] = await shop.events(3);
  assert.equal(end?.name, 'end');
  assert.notEqual(end?.anonymousId, events[0]?.anonymousId);
});

test('a page with a Content-Security-Policy and Subresource Integrity runs the tag, and no other script', async () => {
  const { path, integrity } = (await (await fetch(`${app.url}/tag.json`)).json()) as {
    path: string;
    integrity: string;
  }; // see static-tag.ts
  const versioned = await fetch(`${app.url}${path}`);
  assert.match(versioned.headers.get('cache-control') ?? '', /immutable/);
  const script = await versioned.text();
  assert.equal(integrityOf(script), integrity);
  assert.equal(await (await fetch(`${app.url}/tag.js`)).text(), script);
  const headers = { 'content-security-policy': `default-src 'none'; script-src ${app.url}; connect-src ${app.url}` };
  await using shop = await startShop('', { headers, script: { src: `${app.url}${path}`, integrity } });
  await shop.open();
  assert.deepEqual(names(await shop.events(1)), ['page']);
  await using other = await startShop('', { script: { src: `${app.url}${path}`, integrity: integrityOf('other') } });
  const said = other.context.waitForEvent('console');
  await other.visit();
  assert.match((await said).text(), /integrity/);
});
