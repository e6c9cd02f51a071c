import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { type SmtpOptions, startSmtpServer } from '../../../test/support/smtp-server.ts';
import type { AlertBody, AlertNotice } from '../../contract/documents/alert.ts';
import { alertInput } from '../../contract/documents/alert.ts';
import { openEgress } from '../../egress/http1/testing/open-egress.testing.ts';
import { pem } from '../../egress/http1/testing/peers.testing.ts';
import { titleOf } from '../message-text.ts';
import { notice, secretOf } from '../notifier.testing.ts';
import type { OutboxMessage } from '../outbox.ts';
import { sendEmail } from './email.ts';
import { sendBySmtp } from './smtp.ts';

type Email = Extract<AlertBody, { type: 'email' }>;

const tls = { cert: pem('server.crt'), key: pem('server.key') };
const clock = { now: () => Date.parse('2026-01-02T03:04:05Z'), after: () => () => {} };

function emailAlert(port: number, settings: Partial<Email['settings']> = {}): Email {
  const written = {
    host: 'localhost',
    port,
    from: 'alerts@shop.example',
    to: ['ada@shop.example', 'bob@shop.example'],
  };
  const alert = alertInput.parse({ type: 'email', name: 'On call', settings: written }) as Email; // secrets are added below
  return {
    ...alert,
    settings: {
      ...alert.settings,
      username: 'mailer',
      password: secretOf('s3cr3t-päss'),
      ca: pem('ca.crt'),
      ...settings,
    },
  };
}

function messageOf(notices: AlertNotice[]): OutboxMessage {
  const head = { about: 'changes' as const, notices, total: notices.length };
  const times = { createdAt: clock.now(), dueAt: clock.now(), firstAttemptAt: clock.now(), finishedAt: null };
  return {
    id: 'msg_1',
    alertId: 'alr_1',
    status: 'waiting',
    attempts: 1,
    detail: null,
    ...head,
    ...times,
    title: titleOf(head),
  };
}

const plain = () => messageOf([notice('i1', 'opened', clock)]);

async function sendTo(
  options: SmtpOptions,
  settings: Partial<Email['settings']> = {},
  message: OutboxMessage = plain(),
) {
  await using server = await startSmtpServer(options);
  await using egress = openEgress('127.0.0.1, [::1]');
  const alert = { id: 'alr_1', body: emailAlert(server.port, settings) };
  const scrub = (text: string) => text.replaceAll('s3cr3t-päss', '[secret]');
  const sent = await sendEmail(alert, message, { egress, baseUrl: 'https://m.example/', now: clock.now, scrub });
  return { sent, mails: server.mails, lines: server.lines, connections: server.connections() };
}

test('mail goes over STARTTLS or TLS with credentials, to every recipient, as text and HTML', async () => {
  for (const [options, security] of [
    [{ tls }, 'starttls'],
    [{ tls, implicit: true }, 'tls'],
  ] as const) {
    const { sent, mails, lines } = await sendTo(options, { security });
    assert.deepEqual(sent, { ok: true, detail: 'Accepted for ada@shop.example, bob@shop.example.' });
    const [mail] = mails;
    assert.ok(mail);
    assert.deepEqual(
      [mail.from, mail.to, Buffer.from(mail.auth ?? '', 'latin1').toString('latin1'), mail.isTls],
      ['alerts@shop.example', ['ada@shop.example', 'bob@shop.example'], 'mailer s3cr3t-päss', true],
    );
    assert.match(mail.text, /^From: Millrace <alerts@shop\.example>\r\n/m);
    assert.match(mail.text, /^Subject: \[Millrace\] New: HTTP 500 from i1\r\n/m);
    assert.match(mail.text, /^Message-ID: <msg_1@shop\.example>\r\n/im);
    assert.match(mail.text, /^Auto-Submitted: auto-generated\r\n/m);
    assert.match(mail.text, /^https:\/\/m\.example\/issues\/i1\r$/m);
    assert.match(mail.text.replaceAll('=\r\n', ''), /<a href=3D"https:\/\/m\.example\/issues\/i1">/);
    assert.ok(
      lines.every((line) => line.startsWith('EHLO shop.example') || !line.startsWith('EHLO')),
      'no host name',
    );
  }
});

test('no text of an issue becomes a header, a command or markup', async () => {
  const evil = 'x\r\nBcc: eve@evil.example\r\n.\r\nRCPT TO:<eve@evil.example>\u2028<script>alert(1)</script> "& ü';
  const one = notice('i1', 'opened', clock, { title: evil, detail: evil, path: '/issues/"><b>' });
  const { sent, mails, lines } = await sendTo({ tls }, {}, messageOf([one]));
  assert.equal(sent.ok, true);
  assert.equal(mails.length, 1);
  assert.deepEqual(mails[0]?.to, ['ada@shop.example', 'bob@shop.example']);
  const [head = '', ...body] = mails[0]?.text.split('\r\n\r\n') ?? [];
  assert.doesNotMatch(head, /^(bcc|rcpt)/im);
  assert.doesNotMatch(body.join('').split('text/html')[1] ?? '', /<script|<b>/);
  assert.equal(lines.filter((line) => line.startsWith('RCPT')).length, 2);
});

test('without trusted TLS neither credentials nor message are sent', async () => {
  const cases: [string, SmtpOptions, Partial<Email['settings']>, RegExp][] = [
    ['no STARTTLS', { tls, offersStartTls: false, answers: { STARTTLS: '502 no' } }, {}, /agree on TLS|502/],
    ['unknown CA', { tls }, { ca: null }, /is not trusted/],
    ['unknown CA, implicit TLS', { tls, implicit: true }, { ca: null, security: 'tls' }, /is not trusted/],
    ['another name', { tls: { cert: pem('other.crt'), key: pem('other.key') } }, {}, /is not trusted/],
    ['no TLS where implicit TLS is required', { tls }, { security: 'tls' }, /TLS/],
  ];
  for (const [what, options, settings, words] of cases) {
    const { sent, mails, lines } = await sendTo(options, settings);
    assert.ok(!sent.ok && !sent.isFinal, what);
    assert.match(sent.detail, words, what);
    assert.deepEqual([mails.length, lines.filter((line) => /^(AUTH|MAIL)/.test(line))], [0, []], what);
  }
});

test('a refusal by a mail server is reported in its words, and whether to try again', async () => {
  const cases: [SmtpOptions['answers'], RegExp, boolean | 'ok'][] = [
    [
      { AUTH: '535 5.7.8 wrong: s3cr3t-päss' },
      /^The mail server did not accept the user name and password: 535 5\.7\.8/,
      false,
    ],
    [{ MAIL: '451 later' }, /refused the sender.*451 later/, false],
    [{ RCPT: '550 nobody' }, /refused the sender or every recipient.*550 nobody/, false],
    [{ 'RCPT TO:<bob': '550 no bob' }, /^Accepted for ada@shop\.example; refused: bob@shop\.example\.$/, 'ok'],
    [{ '.': '554 5.6.0 spam' }, /refused the message: 554/, true],
    [{ '.': '452 full' }, /refused the message: 452/, false],
    [{ DATA: '421 closing' }, /421|closed/, false],
  ];
  for (const [answers = {}, words, isFinal] of cases) {
    const { sent } = await sendTo({ tls, answers });
    assert.match(sent.detail, words);
    assert.doesNotMatch(sent.detail, /s3cr3t/);
    assert.equal(sent.ok ? 'ok' : sent.isFinal, isFinal, sent.detail);
  }
});

test('a mail server that hangs up or speaks another protocol is reported and blocks nothing', async () => {
  const cases: [string, NonNullable<SmtpOptions['onConnection']>, RegExp][] = [
    ['hangs up', (socket) => void socket.end(), /closed the connection/],
    ['resets', (socket) => void socket.resetAndDestroy(), /closed the connection|Sending failed/],
    ['speaks HTTP', (socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), /./],
    ['never ends a line', (socket) => void socket.write('2'.repeat(100_000)), /./],
  ];
  for (const [what, onConnection, words] of cases) {
    const { sent } = await sendTo({ onConnection });
    assert.ok(!sent.ok && !sent.isFinal, what);
    assert.match(sent.detail, words, what);
  }
});

test('a mail server that is silent, or sends a byte now and then, is given up at the deadline', async () => {
  const limits = { connectMs: 150, totalMs: 400 };
  const reply = '220 mail.test\r\n';
  for (const onConnection of [
    () => {},
    (socket: Socket) => {
      // A byte every few milliseconds keeps the idle timeouts from firing.
      const timer = setInterval(() => socket.write('2'), 20);
      socket.on('close', () => clearInterval(timer));
    },
    (socket: Socket) => {
      socket.write(reply);
      const timer = setInterval(() => socket.write('250-x\r\n'), 20);
      socket.on('close', () => clearInterval(timer));
    },
  ]) {
    await using server = await startSmtpServer({ onConnection });
    await using egress = openEgress();
    const { settings } = emailAlert(server.port);
    const mail = { settings, bytes: Buffer.from('x'), name: 'shop.example' };
    const sent = await sendBySmtp(mail, { egress, scrub: (text) => text }, limits);
    assert.ok(!sent.ok && !sent.isFinal, sent.detail);
    assert.match(sent.detail, /in time|did not answer/);
  }
});

test('addresses that the guard blocks get no connection', async () => {
  await using server = await startSmtpServer({ tls });
  await using egress = openEgress('127.0.0.9');
  for (const host of ['localhost', '127.0.0.1', '[::1]', '0x7f.1', '169.254.169.254', '10.0.0.1']) {
    const alert = { id: 'alr_1', body: emailAlert(server.port, { host }) };
    const sent = await sendEmail(alert, plain(), { egress, baseUrl: null, now: clock.now, scrub: (text) => text });
    assert.ok(!sent.ok && /^Not sent: /.test(sent.detail), sent.detail);
  }
  assert.equal(server.connections(), 0);
});
