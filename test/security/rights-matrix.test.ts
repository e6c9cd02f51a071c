import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { people } from '../../src/api/testing/people.testing.ts';
import { startTestServer, type TestServer } from '../../src/api/testing/server.testing.ts';
import { allRights, covers, type Right } from '../../src/contract/accounts/rights.ts';
import { routes } from '../../src/contract/routes.ts';

// Every route × every right × every way to hold rights. Only 403 is checked: ids are unknown and bodies invalid, so
// that an authorised caller changes nothing.

/** Signing out would end the session that the other cells of its row need. */
const inOrder = routes.toSorted((a, b) => Number(a.id === 'signOut') - Number(b.id === 'signOut'));

/** Ways to hold rights, each as the headers that show it. */
type Way = { name: string; holds: ReadonlySet<Right>; headers: Record<string, string> };

/** A token has no access to its user's sessions, whatever its rights. */
const isLetIn = (route: (typeof routes)[number], { holds, headers }: Way) =>
  (route.rights ?? []).every((one) => covers(holds, one)) &&
  !(route.path.startsWith('/api/v1/me/sessions') && 'authorization' in headers);

let server: TestServer;
let url: string;
async function start(): Promise<void> {
  server = await startTestServer();
  url = await server.listen({ host: '127.0.0.1', port: 0 });
  // One user must stay an administrator.
  await people(server).somebody('keeper@example.com', 'all');
}
before(start);
after(() => server.close(0));

async function waysFor(right: Right): Promise<Way[]> {
  const { somebody, role } = people(server);
  const holder = await somebody(`${right.replace(':', '.')}@example.com`, [right]);
  const rest = allRights.filter((other) => !covers(new Set([other]), right));
  // A token created while its maker was an administrator.
  const loser = await somebody(`loser.${right.replace(':', '.')}@example.com`, 'all');
  const kept = await loser.ask('POST', '/me/tokens', { name: 'kept', rights: allRights });
  const onlyThis = await role(`only ${right}`, [right]);
  assert.equal((await server.call('PATCH', `/api/v1/users/${loser.id}`, { roleIds: [onlyThis] })).statusCode, 200);
  return [
    {
      name: 'the session of a user whose role holds it',
      holds: new Set([right]),
      headers: { cookie: holder.cookie, 'sec-fetch-site': 'same-origin' },
    },
    {
      name: 'a token of all but it',
      holds: new Set(rest),
      headers: { authorization: `Bearer ${(await server.make('/tokens', { name: right, rights: rest }))['token']}` },
    },
    {
      name: 'a token of everything whose maker was left with it',
      holds: new Set([right]),
      headers: { authorization: `Bearer ${kept.json().token}` },
    },
  ];
}

async function statusOf(route: (typeof routes)[number], headers: Record<string, string>): Promise<number> {
  const path = route.path.replaceAll(/\{\w+\}/g, 'none');
  if (route.produces === 'text/event-stream') {
    const leave = new AbortController();
    const { status } = await fetch(`${url}${path}`, { headers, signal: leave.signal });
    leave.abort();
    return status;
  }
  const body = route.method === 'GET' ? {} : { payload: '{"broken":', headers: { 'content-type': 'application/json' } };
  const answer = await server.app.inject({
    method: route.method,
    url: path,
    ...body,
    headers: { ...body.headers, ...headers },
  });
  return answer.statusCode;
}

/** The wrong cells of one right, and the number of cells. */
async function cellsOf(right: Right): Promise<{ count: number; wrong: string[] }> {
  const wrong: string[] = [];
  const ways = await waysFor(right);
  for (const way of ways)
    for (const route of inOrder) {
      const status = await statusOf(route, way.headers);
      const isRight = isLetIn(route, way) ? status !== 401 && status !== 403 && status < 500 : status === 403;
      if (!isRight) wrong.push(`${route.id} with ${right} by ${way.name}: ${status}`);
    }
  return { count: ways.length * inOrder.length, wrong };
}

test('every route accepts callers with its rights and no others, however the rights are held', async () => {
  const wrong: string[] = [];
  let cells = 0;
  for (const right of allRights) {
    const found = await cellsOf(right);
    wrong.push(...found.wrong);
    cells += found.count;
  }
  assert.deepEqual(wrong, []);
  assert.equal(cells, routes.length * allRights.length * 3);
  assert.ok(cells > 5_000, `${cells}`);
});

test('a server that gives one right too many is detected', async () => {
  await server.close(0);
  await start();
  const { identity } = server.parts;
  server.parts.identity = {
    ...identity,
    authenticate(credential, only) {
      const principal = identity.authenticate(credential, only);
      return principal && { ...principal, rights: new Set([...principal.rights, 'audit:view']) };
    },
  };
  const { wrong } = await cellsOf('events:view');
  server.parts.identity = identity;
  assert.deepEqual(
    wrong.map((one) => one.replace(/ by .*/, '')),
    Array(2).fill('listAudit with events:view'),
  );
});

test('every guarded route responds 401 without credentials and to every invalid credential', async () => {
  const { somebody } = people(server);
  const gone = await somebody('gone@example.com', 'all');
  const made = await gone.ask('POST', '/me/tokens', { name: 'gone', rights: allRights });
  const dead = [
    {},
    { authorization: 'Bearer unknown' },
    { authorization: `Bearer ${made.json().token}` },
    { cookie: gone.cookie, 'sec-fetch-site': 'same-origin' },
  ];
  assert.equal((await server.call('PATCH', `/api/v1/users/${gone.id}`, { status: 'disabled' })).statusCode, 200);
  const wrong: string[] = [];
  for (const route of routes.filter(({ rights }) => rights !== null))
    for (const [index, headers] of dead.entries()) {
      const status = await statusOf(route, headers);
      if (status !== 401) wrong.push(`${route.id} for dead credential ${index}: ${status}`);
    }
  assert.deepEqual(wrong, []);
});
