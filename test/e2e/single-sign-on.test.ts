import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestApp } from '../support/app.ts';
import { startSignInProvider } from '../support/oidc-provider.ts';
import { post } from '../support/post.ts';

/** Opens a URL as a browser does, with cookies, until it is sent to another origin; returns that URL. */
async function followed(start: string): Promise<URL> {
  const jar = new Map<string, string>();
  let url = new URL(start);
  for (const { origin } = url; url.origin === origin; ) {
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';', 1)[0]?.split(/=(.*)/s) ?? [];
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${url.pathname}: ${response.status} ${await response.text()}`);
    url = new URL(location, url);
  }
  return url;
}

test('a person signs in at a certified provider with PKCE, and its code works once', async () => {
  await using provider = await startSignInProvider();
  const secret = 'a client secret of the test, of some length';
  await using app = await startTestApp({
    MILLRACE_OIDC_ISSUER: provider.issuer,
    MILLRACE_OIDC_CLIENT_ID: 'millrace',
    MILLRACE_OIDC_CLIENT_SECRET: secret,
    MILLRACE_OIDC_ROLES: 'marketing=Marketer',
  });
  await provider.serve({ secret, redirectUri: `${app.url}/sign-in/sso` });
  provider.person = { sub: 'ada', email: 'ada@example.com', email_verified: true, groups: ['marketing'] };
  const begun = await post(app.url, '/sso', {});
  const cookie = begun.cookie('millrace-sso');
  const { searchParams, origin } = await followed(String(begun.json['authorizationUrl']));
  assert.equal(origin, app.url);
  const response = Object.fromEntries(searchParams);
  const complete = (page: string) => post(app.url, '/sso/complete', response, { cookie: page });
  const signedIn = await complete(cookie);
  assert.deepEqual([signedIn.status, signedIn.json['name']], [201, 'ada@example.com'], signedIn.text);
  assert.deepEqual([(await complete(cookie)).status, (await complete('')).status], [401, 401]);
});
