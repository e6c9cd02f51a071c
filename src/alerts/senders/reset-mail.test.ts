import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkIn, type SmtpOptions, startSmtpServer } from '../../../test/support/smtp-server.ts';
import { openEgress } from '../../egress/http1/testing/open-egress.testing.ts';
import { secretOf } from '../notifier.testing.ts';
import { type MailServer, resetMail } from './reset-mail.ts';

const now = Date.parse('2026-01-02T03:04:05Z');

/** Sends one link; every wait between attempts ends at once. */
async function sendTo(options: SmtpOptions, email = 'ada@example.com', settings: Partial<MailServer> = {}) {
  await using smtp = await startSmtpServer(options);
  await using egress = openEgress('127.0.0.1');
  const waitsMs: number[] = [];
  const reports: boolean[] = [];
  const server: MailServer = {
    host: '127.0.0.1',
    port: smtp.port,
    security: 'none',
    username: 'mailer',
    password: secretOf('s3cr3t'),
    from: 'millrace@example.com',
    ...settings,
  };
  const after = (ms: number, call: () => void) => {
    waitsMs.push(ms);
    call();
    return () => {};
  };
  const send = resetMail({
    server,
    egress,
    clock: { now: () => now, after },
    scrub: (text) => text,
    telemetry: { passwordResetMailed: ({ ok }) => void reports.push(ok) },
    baseUrl: () => 'https://millrace.example/',
  });
  await send({ userId: 'usr_1', email, secret: 'the-secret' });
  return { mails: smtp.mails, connections: smtp.connections(), waitsMs, reports };
}

test('the link goes to the user alone, below the public URL, with the credentials of the mail server', async () => {
  const { mails, reports } = await sendTo({});
  const [mail] = mails;
  assert.deepEqual([mails.length, mail?.to, mail?.from], [1, ['ada@example.com'], 'millrace@example.com']);
  assert.deepEqual([linkIn(mail), mail?.auth], ['https://millrace.example/welcome#reset=the-secret', 'mailer s3cr3t']);
  assert.deepEqual(reports, [true]);
});

test('a mail server that does not accept the e-mail is asked three times', async () => {
  const { mails, connections, waitsMs, reports } = await sendTo({ answers: { 'RCPT TO': '451 4.3.0 later' } });
  assert.deepEqual([mails.length, connections, waitsMs, reports], [0, 3, [10_000, 60_000], [false, false, false]]);
});

test('with starttls a mail server without encryption gets neither credentials nor the link', async () => {
  const { mails, reports } = await sendTo({}, 'ada@example.com', { security: 'starttls' });
  assert.deepEqual([mails, reports], [[], [false, false, false]]);
});

test('an e-mail of a user that is no mail address gets no e-mail', async () => {
  const { connections, reports } = await sendTo({}, '"a,b"@example.com');
  assert.deepEqual([connections, reports], [0, [false]]);
});
