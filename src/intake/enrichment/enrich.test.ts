import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../api/testing/server.testing.ts';
import { campaignOf } from './campaign.ts';
import { deviceOf } from './device.ts';

const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const chrome = `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/126.0.0.0 Safari/537.36`;

test('a user agent gives browser, system, device and bot', () => {
  const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';
  const agents: Record<string, readonly (string | undefined)[]> = {
    [chrome]: ['Chrome', '126', 'Windows', '10.0', 'desktop'],
    [`${chrome} Edg/125.0.1`]: ['Edge', '125', 'Windows', '10.0', 'desktop'],
    [`${iphone} Version/17.5 Mobile/15E148 Safari/604.1`]: ['Safari', '17', 'iOS', '17', 'mobile'],
    [`${iphone} CriOS/126.0 Mobile/15E148 Safari/604.1`]: ['Chrome', '126', 'iOS', '17', 'mobile'],
    [`Mozilla/5.0 (Linux; Android 14; K) ${webkit} Chrome/126.0.0.0 Mobile Safari/537.36`]: [
      'Chrome',
      '126',
      'Android',
      '14',
      'mobile',
    ],
    [`Mozilla/5.0 (Linux; Android 13; SM-X906C) ${webkit} SamsungBrowser/25.0 Chrome/121.0 Safari/537.36`]: [
      'Samsung Internet',
      '25',
      'Android',
      '13',
      'tablet',
    ],
    'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0': [
      'Firefox',
      '127',
      'Linux',
      undefined,
      'desktop',
    ],
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15':
      ['Safari', '17', 'macOS', '10', 'desktop'],
    'python-requests/2.32': [],
    '': [],
  };
  for (const [agent, expected] of Object.entries(agents)) {
    const { browser, os, type, isBot } = deviceOf(agent);
    const found = [browser?.name, browser?.version, os?.name, os?.version, type ?? undefined];
    assert.deepEqual([found, isBot], [Array.from({ length: 5 }, (_, at) => expected[at]), false], agent);
  }
  for (const name of ['Googlebot/2.1; +http://www.google.com/bot.html', 'HeadlessChrome/126.0', 'AhrefsBot/7.0'])
    assert.equal(deviceOf(`Mozilla/5.0 (compatible; ${name})`).isBot, true, name);
});

test('a campaign is that of the URL, else of the referrer, and within a site there is none', () => {
  const shop = 'https://shop.example/a';
  const cases: [string | null, string | null, object | null][] = [
    [
      `${shop}?utm_source=news&utm_medium=email&utm_campaign=May+sale&utm_term=&utm_content=top#x=1`,
      null,
      { source: 'news', medium: 'email', name: 'May sale', content: 'top' },
    ],
    [
      `${shop}?gclid=Cj0`,
      'https://www.google.com/',
      { source: 'google', medium: 'cpc', clickId: 'Cj0', clickType: 'gclid' },
    ],
    [`${shop}?utm_source=x&msclkid=1`, null, { source: 'x', medium: 'cpc', clickId: '1', clickType: 'msclkid' }],
    [shop, 'https://www.google.co.uk/search?q=1', { source: 'google', medium: 'organic' }],
    [shop, 'https://l.facebook.com/l.php', { source: 'facebook', medium: 'social' }],
    [shop, 'https://t.co/abc', { source: 'twitter', medium: 'social' }],
    [shop, 'https://blog.example:8443/post', { source: 'blog.example', medium: 'referral' }],
    [shop, 'https://www.shop.example/b', null],
    [shop, '', null],
    [shop, 'android-app://com.google', null],
    [`${shop}?utm_medium=email`, null, null],
    [null, null, null],
  ];
  for (const [url, referrer, expected] of cases)
    assert.deepEqual(campaignOf(url, referrer), expected, `${url} from ${referrer}`);
});

test('a collector adds nothing to events unless it is asked to, and keeps what the sender gave', async () => {
  await using server = await startTestServer();
  const page = { origin: 'https://shop.example', 'user-agent': chrome, 'sec-ch-ua-platform': '"Chrome OS"' };
  const context = {
    page: { url: 'https://shop.example/?utm_source=news', referrer: 'https://www.bing.com/' },
    os: { name: 'Own' },
  };
  const send = async (enrichment: object | undefined, headers: Record<string, string>, more: object = {}) => {
    const body = enrichment === undefined ? {} : { enrichment };
    const { key, id } = await server.make('/collectors', { name: `C${Math.random()}`, ...body });
    const track = JSON.stringify({
      type: 'track',
      event: 'e',
      userId: 'u',
      writeKey: key,
      context: { ...context, ...more },
    });
    const url = '/v1/track';
    assert.equal((await server.call('POST', url, track, { authorization: '', ...headers })).statusCode, 200);
    const events = await server.journal.log.events({ limit: 200 });
    const { ip: _, ...ext } = events.find(({ source }) => source.collectorId === id)?.ext ?? {};
    return ext;
  };
  const both = { device: true, campaign: true };
  assert.deepEqual(await send(undefined, page), context);
  assert.deepEqual(await send(both, page), {
    ...context,
    browser: { name: 'Chrome', version: '126' },
    device: { type: 'desktop' },
    campaign: { source: 'news' },
  });
  assert.deepEqual(await send({ campaign: true }, page, { campaign: { name: 'Own' } }), {
    ...context,
    campaign: { name: 'Own' },
  });
  assert.deepEqual(await send({ device: true }, { 'user-agent': 'python-requests/2 bot/1' }), context, 'a back end');
  const { key, id } = await server.make('/collectors', { name: 'Pixel', enrichment: both });
  await server.call('GET', `/${key}/dcs.gif?wt.ev=a&wt.es=${encodeURIComponent(context.page.url)}`, undefined, page);
  const [event] = await server.journal.log.events({ limit: 1 });
  assert.deepEqual(
    [event?.source.collectorId, event?.ext],
    [
      id,
      {
        browser: { name: 'Chrome', version: '126' },
        os: { name: 'ChromeOS' },
        device: { type: 'desktop' },
        campaign: { source: 'news' },
      },
    ],
  );
});
