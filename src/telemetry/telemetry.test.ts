import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../contract/errors.ts';
import type { Attempt } from '../contract/records/delivery.ts';
import { silentTelemetry } from './silent-telemetry.testing.ts';
import { type AttemptReport, createTelemetry, type Telemetry, type TelemetryOptions } from './telemetry.ts';

const payload = 'payload-of-a-visitor';

const attempt: Attempt = {
  id: 'att_1',
  number: 2,
  counted: true,
  batchId: null,
  records: 1,
  startedAt: '2025-01-01T00:00:00.000Z',
  durationMs: 12,
  timings: { queueMs: 1, tokenMs: null, dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 11, totalMs: 12 },
  request: { method: 'POST', url: `https://x.example/?q=${payload}`, headers: [['X', payload]], body: payload },
  response: { status: 500, headers: [], body: payload, truncated: false },
  error: { kind: 'http_5xx', message: 'HTTP 500' },
  outcome: 'retry',
  versions: { action: 1, destination: 1, connection: 1 },
};

const report: AttemptReport = {
  deliveryId: 'dlv_1',
  eventId: 'evt_1',
  actionId: 'act_1',
  destinationId: 'dst_1',
  connectionId: 'con_1',
  test: false,
  status: 'retrying',
  reason: null,
  attempt,
};

function recorded(options: TelemetryOptions = {}) {
  const lines: string[] = [];
  const telemetry = createTelemetry({ to: { write: (line) => lines.push(line) }, ...options });
  return { telemetry, lines };
}

test('an attempt is one line with ids and outcome and without payload', async () => {
  const { telemetry, lines } = recorded({ level: 'debug' });
  telemetry.attemptFinished(report);
  assert.equal(lines.length, 1);
  const line = JSON.parse(lines[0] ?? '');
  assert.equal(line.msg, 'attempt');
  assert.deepEqual(
    [line.deliveryId, line.number, line.httpStatus, line.error, line.firstByteMs, line.status],
    ['dlv_1', 2, 500, 'http_5xx', 11, 'retrying'],
  );
  assert.ok(!lines.join('').includes(payload));
  const metrics = await telemetry.metrics();
  assert.ok(!metrics.includes(payload));
  assert.match(metrics, /millrace_attempts_total\{outcome="retry",error="http_5xx"\} 1/);
  assert.match(metrics, /millrace_attempt_seconds_bucket\{le="0.025",connection="con_1"\} 1/);
});

const start = {
  url: 'http://127.0.0.1:1',
  consoleUrl: 'https://millrace.example',
  setupUrl: 'https://millrace.example/welcome#setup=abc',
  dataDir: '/var/lib/millrace',
  version: '1.2.3',
};

test('the listening line is written at every level but silent, after the link for the first administrator', () => {
  for (const level of ['trace', 'error', 'fatal'] as const) {
    const { telemetry, lines } = recorded({ level });
    telemetry.listening(start);
    const [setup, listening] = lines.map((line) => JSON.parse(line));
    assert.equal(setup.address, start.setupUrl);
    assert.deepEqual([listening.msg, listening.url], ['listening', start.url]);
    telemetry.listening({ ...start, setupUrl: null });
    assert.equal(lines.length, 3);
  }
  for (const format of ['json', 'pretty', 'terminal'] as const) {
    const { telemetry, lines } = recorded({ level: 'silent', format });
    telemetry.listening(start);
    assert.equal(lines.length, 0);
  }
});

test('on a terminal a start says where the console and the data are, and then writes readable lines', () => {
  const { telemetry, lines } = recorded({ format: 'terminal' });
  telemetry.listening(start);
  const [greeting = ''] = lines;
  for (const text of [start.url, start.setupUrl, start.dataDir, '1.2.3', 'Ctrl-C']) assert.ok(greeting.includes(text));
  telemetry.listening({ ...start, setupUrl: null });
  assert.match(lines[1] ?? '', /Console {3}https:\/\/millrace\.example\/\n/);
  assert.doesNotMatch(lines[1] ?? '', /first administrator/);
  telemetry.noticed('said');
  assert.match(lines[2] ?? '', /WARN {2}said\n$/);
});

test('each JSON line has the name of its level', () => {
  const { telemetry, lines } = recorded();
  telemetry.stopping({ signal: 'SIGTERM' });
  telemetry.noticed('said');
  telemetry.failed(new Error('no'), 'read');
  telemetry.listening({ ...start, setupUrl: null });
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).level),
    ['info', 'warn', 'error', 'info'],
  );
});

test('at level info there is no line for each request, event or attempt', () => {
  const { telemetry, lines } = recorded();
  hotPath(telemetry);
  assert.deepEqual(lines, []);
});

function hotPath(telemetry: Telemetry) {
  telemetry.eventsAccepted({ events: 50, duplicates: 1, usedIds: 0 });
  telemetry.eventsMatched({ events: 50, matched: 50, deliveries: 50 });
  telemetry.attemptFinished(report);
  telemetry.deliverySettled({ status: 'delivered' });
  telemetry.requestFinished({ routeId: 'intake', method: 'POST', status: 200, durationMs: 1, requestId: 'req_1' });
}

test('at level debug a rejected intake request is found by its id', () => {
  const { telemetry, lines } = recorded({ level: 'debug' });
  telemetry.intakeRefused({ code: 'unknown_collector', requestId: 'req_1' });
  const { code, requestId } = JSON.parse(lines[0] ?? '');
  assert.deepEqual([code, requestId], ['unknown_collector', 'req_1']);
});

test('every line is scrubbed', () => {
  const { telemetry, lines } = recorded({ scrub: (line) => line.replaceAll('hunter2hunter2', '[secret]') });
  telemetry.failed(new Error('refused hunter2hunter2'), 'fetch a token');
  telemetry.holdMoved({ scopeId: 'con_1', reason: 'auth_rejected', detail: 'hunter2hunter2' });
  telemetry.noticed('hunter2hunter2');
  assert.equal(lines.length, 3);
  assert.ok(!lines.join('').includes('hunter2'));
  assert.equal(lines.join('').match(/\[secret\]/g)?.length, 4, 'message and stack of the error, detail, notice');
});

test('a secret that equals a part of a line does not break the line', () => {
  for (const format of ['json', 'pretty'] as const) {
    const { telemetry, lines } = recorded({ format, scrub: (text) => text.replaceAll(',"msg":"', '[secret]') });
    telemetry.noticed('said', { more: ',"msg":"' });
    assert.match(lines.join(''), format === 'json' ? /"more":"\[secret\]","msg":"said"}/ : /said more=\[secret\]/);
  }
});

test('a failure is logged with its internal text, cause and stack', () => {
  const { telemetry, lines } = recorded();
  const error = new AppError('internal', 'for the caller', { internal: 'for the log', cause: new Error('why') });
  telemetry.requestFinished({ routeId: 'x', method: 'GET', status: 500, durationMs: 1, requestId: 'req_1', error });
  const line = JSON.parse(lines[0] ?? '');
  assert.deepEqual([line.level, line.internal, line.cause, line.code], ['error', 'for the log', 'why', 'internal']);
  assert.match(line.stack, /telemetry\.test/);
});

test('a refusal with 503, such as that of a stopping server, is no internal error', async () => {
  const { telemetry, lines } = recorded();
  const request = { routeId: 'x', method: 'POST', status: 503, durationMs: 1, requestId: 'req_1' };
  telemetry.requestFinished({ ...request, error: new AppError('unavailable') });
  assert.deepEqual(lines, []);
  assert.match(await telemetry.metrics(), /millrace_http_requests_total\{route="x",status="503"\} 1/);
  for (const more of [{ internal: 'disk I/O error' }, { cause: new Error('why') }])
    telemetry.requestFinished({ ...request, error: new AppError('unavailable', 'Try again.', more) });
  assert.equal(lines.length, 2);
});

test('while the database does not respond, a task that fails again and again is one line in 10 s, and all failures are counted', async () => {
  const { telemetry, lines } = recorded();
  const gone = new AppError('unavailable', 'The database does not respond.', { cause: new Error('ECONNREFUSED') });
  for (const doing of ['renew the heartbeat', 'renew the heartbeat', 'write statistics']) telemetry.failed(gone, doing);
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).msg),
    ['could not renew the heartbeat', 'could not write statistics'],
  );
  assert.match(await telemetry.metrics(), /millrace_failures_total 3/);
  for (const _ of [1, 2]) telemetry.failed(new Error('no such table'), 'write statistics');
  assert.equal(lines.length, 4);
});

test('label values are bounded: beyond the limit they count as other', async () => {
  const telemetry = silentTelemetry();
  for (let i = 0; i < 1_500; i++) telemetry.intakeRefused({ code: `code_${i}`, requestId: 'req_1' });
  for (let i = 0; i < 300; i++) telemetry.attemptFinished({ ...report, connectionId: `con_${i}` });
  const metrics = await telemetry.metrics();
  assert.match(metrics, /millrace_intake_refused_total\{code="other"\} 500/);
  assert.match(metrics, /millrace_attempt_seconds_count\{connection="other"\} 100/);
});

test('metrics read from their owners are read at each scrape', async () => {
  const telemetry = silentTelemetry();
  let queued = 1;
  telemetry.pull('sandboxQueued', () => queued);
  telemetry.pull('sandboxExceeded', async () => ({ time: 2, memory: 0, output: 1 }));
  assert.match(await telemetry.metrics(), /millrace_sandbox_queued 1\n/);
  queued = 5;
  const metrics = await telemetry.metrics();
  assert.match(metrics, /millrace_sandbox_queued 5\n/);
  assert.match(metrics, /millrace_sandbox_exceeded_total\{limit="time"\} 2\n/);
  assert.ok(metrics.endsWith('# EOF\n'));
});

test('the pretty format is one readable line', () => {
  const { telemetry, lines } = recorded({ format: 'pretty' });
  telemetry.noticed('the Inbox is on', { path: '/inbox/a b' });
  assert.match(lines[0] ?? '', /^\d\d:\d\d:\d\d\.\d{3} WARN {2}the Inbox is on path="\/inbox\/a b"\n$/);
  // Texts of others must not control the terminal.
  telemetry.failed(new Error('\u001b[2J\u009b'), 'read');
  assert.doesNotMatch(lines[1] ?? '', /[^\P{Cc}\n]/u);
});

test('a failed single sign-on is logged with the reason of the library, a refusal without a check is not', () => {
  const { telemetry, lines } = recorded();
  const error = new AppError('sso_failed', undefined, { internal: 'unexpected "nonce"' });
  telemetry.signInFinished({ userId: null, address: '192.0.2.1', error });
  telemetry.signInFinished({ userId: null, address: '192.0.2.1', error: new AppError('sso_failed') });
  const logged = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'sign-in refused');
  assert.deepEqual(
    logged.map(({ code, reason }) => [code, reason]),
    [['sso_failed', 'unexpected "nonce"']],
  );
});

test('the text format of Prometheus has the same lines under the same names', async () => {
  const { telemetry } = recorded();
  telemetry.attemptFinished(report);
  const open = await telemetry.metrics();
  const plain = await telemetry.metrics('prometheus');
  const samples = (text: string) => text.split('\n').filter((line) => /^millrace_(?!process_)/.test(line));
  assert.deepEqual(samples(plain), samples(open));
  assert.match(
    plain,
    /# HELP millrace_attempts_total .*\n# TYPE millrace_attempts_total counter\nmillrace_attempts_total\{/,
  );
  assert.match(plain, /# TYPE millrace_attempt_seconds histogram\n/);
  assert.doesNotMatch(plain, /# EOF/);
  assert.match(open, /# TYPE millrace_attempts counter\n/);
});
