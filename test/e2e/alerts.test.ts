import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createClient } from '../../src/client/client.ts';
import { adminToken, testEnv, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { spawnProcess } from '../support/process.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSmtpServer } from '../support/smtp-server.ts';

const dir = await mkdtemp(join(tmpdir(), 'millrace-alerts-'));
after(() => rm(dir, { recursive: true, force: true }));

test('an issue is told by every way, though the program is killed before it could send anything', async () => {
  await using receiver = await startReceiver();
  await using mail = await startSmtpServer();
  receiver.answer('/in', { status: 400 });
  const env = testEnv(dir, { MILLRACE_PUBLIC_URL: 'https://millrace.example', MILLRACE_LOG_LEVEL: 'warn' });
  const key = Buffer.from('a key of an alert').toString('base64');
  const alertIds: string[] = [];
  let issueId = '';
  {
    await using program = spawnProcess(env);
    const url = await program.listening;
    const client = createClient({ url, token: adminToken });
    for (const body of [
      { type: 'webhook' as const, settings: { url: `${receiver.url}/alert`, secret: `whsec_${key}` } },
      { type: 'slack' as const, settings: { hookUrl: `${receiver.url}/hook` } },
      {
        type: 'email' as const,
        settings: {
          host: '127.0.0.1',
          port: mail.port,
          security: 'none' as const,
          from: 'millrace@shop.example',
          to: ['ada@shop.example'],
        },
      },
    ])
      alertIds.push((await client.call('createAlert', { body: { ...body, name: body.type } })).id);
    await (await wire({ url, client }, receiver)).deliver({ n: '1' }, 'failed');
    await eventually('each alert to have a message', async () => {
      const lists = await Promise.all(alertIds.map((id) => client.call('listAlertMessages', { params: { id } })));
      issueId = lists[0]?.data[0]?.notices[0]?.issueId ?? '';
      return lists.every(({ data }) => data[0]?.status === 'waiting');
    });
    await program.end('SIGKILL');
  }
  assert.deepEqual([receiver.at('/alert'), receiver.at('/hook'), mail.mails], [[], [], []]);

  await using program = spawnProcess(env);
  const client = createClient({ url: await program.listening, token: adminToken });
  const sent = async () => {
    const lists = await Promise.all(alertIds.map((id) => client.call('listAlertMessages', { params: { id } })));
    return lists.every(({ data }) => data.length === 1 && data[0]?.status === 'sent');
  };
  await eventually('each message to be sent', sent);
  const [webhook = assert.fail(), ...more] = receiver.at('/alert');
  assert.deepEqual(more, []);
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = webhook.headers;
  const expected = createHmac('sha256', 'a key of an alert').update(`${id}.${at}.${webhook.body}`).digest('base64');
  assert.equal(signature, `v1,${expected}`);
  const { type, data } = JSON.parse(webhook.body);
  assert.deepEqual([type, data.id, data.total, data.issues[0].id], ['issues.changed', id, 1, issueId]);
  const link = `https://millrace.example/issues/${issueId}`;
  assert.equal(data.issues[0].url, link);
  const [hook = assert.fail()] = receiver.at('/hook');
  assert.match(hook.body, new RegExp(`<${link}\\|New: `));
  assert.equal(JSON.parse(hook.body).text, data.title);
  assert.match(mail.mails[0]?.text ?? '', new RegExp(`\r\n${link}\r\n`));
  assert.equal((await client.call('getAlert', { params: { id: alertIds[0] ?? '' } })).health.state, 'ok');
});
