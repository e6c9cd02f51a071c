import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alert } from '../../contract/documents/alert.ts';
import { startTestServer } from '../testing/server.testing.ts';

const hookUrl = 'https://hooks.example/services/T0/B0/canary-of-a-hook';
const webhook = { type: 'webhook', name: 'Ops', settings: { url: 'https://ops.example/in' } };
const email = {
  type: 'email',
  name: 'On call',
  settings: {
    host: 'smtp.example',
    username: 'u',
    password: 'canary-of-a-password',
    from: 'a@shop.example',
    to: ['b@shop.example'],
  },
};
const slack = { type: 'slack', name: 'Channel', settings: { hookUrl } };

test('an alert of each type is returned with its defaults and health, and secrets as marks', async () => {
  await using server = await startTestServer();
  for (const body of [webhook, email, slack]) {
    const made = await server.make('/alerts', body);
    assert.deepEqual(alert.parse(made), made);
    assert.doesNotMatch(JSON.stringify(made), /canary/);
    assert.deepEqual(made['health'], { state: 'ok', reason: null, since: null, lastSentAt: null, waiting: 0 });
    const url = `/api/v1/alerts/${made['id']}`;
    const put = await server.call('PUT', url, { ...made, description: 'put' });
    assert.equal(put.statusCode, 200, put.body);
    const patched = await server.call('PATCH', url, { rules: { minSeverity: 'critical' }, settings: {} });
    assert.equal(patched.statusCode, 200, patched.body);
    assert.deepEqual([patched.json().version, patched.json().description], [3, 'put']);
    const secret = Object.values(patched.json().settings).filter((one) => Object(one).set === true);
    assert.equal(secret.length, body.type === 'webhook' ? 0 : 1);
    assert.equal((await server.call('DELETE', url)).statusCode, 204);
  }
});

test('invalid values of an alert are refused with a pointer to the field', async () => {
  await using server = await startTestServer();
  const settings = (part: Record<string, unknown>) => ({ ...email, settings: { ...email.settings, ...part } });
  const quiet = (part: Record<string, unknown>) => ({
    ...webhook,
    quietHours: { timeZone: 'Europe/Berlin', from: '22:00', to: '07:00', ...part },
  });
  const cases: [Record<string, unknown>, string][] = [
    [{ ...webhook, type: 'pigeon' }, '/type'],
    [{ ...webhook, settings: { ...webhook.settings, hookUrl } }, '/settings/hookUrl'],
    [{ ...webhook, settings: { ...webhook.settings, secret: 'not base64!' } }, '/settings/secret'],
    [{ ...slack, settings: { hookUrl: 'hooks.example/x' } }, '/settings/hookUrl'],
    [settings({ from: 'a@shop.example\r\nBcc: eve@evil.example' }), '/settings/from'],
    [settings({ to: ['a@shop.example, eve@evil.example'] }), '/settings/to/0'],
    [settings({ to: ['<a@shop.example>'] }), '/settings/to/0'],
    [settings({ to: [] }), '/settings/to'],
    [settings({ ca: 'no certificate' }), '/settings/ca'],
    [settings({ port: 0 }), '/settings/port'],
    [quiet({ timeZone: 'Mars/Olympus' }), '/quietHours/timeZone'],
    [quiet({ from: '24:00' }), '/quietHours/from'],
    [quiet({ to: '22:00' }), '/quietHours/to'],
    [quiet({ days: ['monday'] }), '/quietHours/days/0'],
    [{ ...webhook, rules: { kinds: ['typo'] } }, '/rules/kinds/0'],
    [{ ...webhook, rules: { connectionIds: ['con_unknown'] } }, '/rules/connectionIds/0'],
    [{ ...webhook, rules: { remindEveryMs: 1_000 } }, '/rules/remindEveryMs'],
  ];
  for (const [body, pointer] of cases) {
    const answer = await server.call('POST', '/api/v1/alerts', body);
    assert.equal(answer.statusCode, 422, JSON.stringify(body));
    assert.ok(
      answer.json().errors.some((one: { pointer: string }) => one.pointer === pointer),
      `${pointer}: ${answer.body}`,
    );
  }
});

test('an alert of any type to a blocked address is refused', async () => {
  await using server = await startTestServer();
  for (const host of ['10.0.0.1', '169.254.169.254', '[::1]', 'metadata.google.internal', '0xa.1']) {
    for (const [body, pointer] of [
      [{ ...webhook, settings: { url: `http://${host}/in` } }, '/settings/url'],
      [{ ...slack, settings: { hookUrl: `https://${host}/x` } }, '/settings/hookUrl'],
      [{ ...email, settings: { ...email.settings, host } }, '/settings/host'],
      [{ ...email, settings: { ...email.settings, port: 22 } }, '/settings/port'],
    ] as const) {
      const answer = await server.call('POST', '/api/v1/alerts', body);
      assert.deepEqual([answer.statusCode, answer.json().code], [422, 'blocked_address'], answer.body);
      assert.equal(answer.json().errors[0].pointer, pointer);
    }
  }
});

test('a stored password is not sent to another mail server than it was given for', async () => {
  await using server = await startTestServer();
  const url = `/api/v1/alerts/${(await server.make('/alerts', email))['id']}`;
  for (const settings of [{ host: 'evil.example' }, { port: 2_525 }, { security: 'none' }]) {
    const moved = await server.call('PATCH', url, { settings });
    assert.deepEqual([moved.statusCode, moved.json().errors[0].pointer], [422, '/settings/password'], moved.body);
    const again = await server.call('PATCH', url, { settings: { ...settings, password: 'canary-of-a-password' } });
    assert.equal(again.statusCode, 200, again.body);
  }
  const back = await server.call('POST', `${url}/rollback`, { version: 1 });
  assert.deepEqual([back.statusCode, back.json().settings.password], [200, null], 'a rollback drops it');
});

test('an applied alert can name connections and actions, and makes no version without a change', async () => {
  await using server = await startTestServer();
  const { id } = await server.make('/connections', { name: 'CRM', baseUrl: 'https://crm.example' });
  const named = { ...webhook, rules: { connectionIds: ['CRM'] } };
  const first = await server.call('PUT', '/api/v1/alerts/by-name/Ops', named);
  assert.deepEqual([first.statusCode, first.json().rules.connectionIds], [201, [id]], first.body);
  assert.equal((await server.call('PUT', '/api/v1/alerts/by-name/ops', named)).json().version, 1);
});

test('a test message is sent once, returns its result and is listed', async () => {
  await using server = await startTestServer();
  const { id } = await server.make('/alerts', webhook);
  const tested = await server.call('POST', `/api/v1/alerts/${id}/test`);
  assert.equal(tested.statusCode, 200, tested.body);
  assert.deepEqual([tested.json().ok, tested.json().detail], [true, 'HTTP 200.']);
  const list = await server.call('GET', `/api/v1/alerts/${id}/messages`);
  assert.deepEqual(list.json().data, [tested.json().message]);
  const one = await server.call('GET', `/api/v1/alerts/${id}/messages?limit=1&cursor=${list.json().page.next ?? ''}`);
  assert.equal(one.statusCode, 422, 'an empty cursor is none');
  const unreachable = await server.make('/alerts', email);
  const failed = await server.call('POST', `/api/v1/alerts/${unreachable['id']}/test`);
  assert.deepEqual([failed.statusCode, failed.json().ok, failed.json().message.status], [200, false, 'failed']);
  assert.equal((await server.call('POST', '/api/v1/alerts/alr_none/test')).statusCode, 404);
});
