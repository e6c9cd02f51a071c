import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { adminClient, environment, type Process, spawnProcess } from '../support/process.ts';
import { startReceiver } from '../support/receiver.ts';

let collector: Awaited<ReturnType<typeof startOtlpReceiver>>;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let program: Process;
let url: string;
const folder = temporaryFolder();

before(async () => {
  collector = await startOtlpReceiver();
  receiver = await startReceiver();
  program = spawnProcess({
    ...environment(folder.path),
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_METRIC_EXPORT_INTERVAL: '300',
    OTEL_METRIC_EXPORT_TIMEOUT: '300',
    OTEL_EXPORTER_OTLP_TIMEOUT: '600000',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=tests',
  });
  url = await program.listening;
});
after(async () => {
  await program[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parentId = '00f067aa0ba902b7';
const personal = 'visitor-with-a-name@shop.example';

test('a trace goes from the intake request through match, render and send to settle, and on to the destination', async () => {
  const { key, client, destinationId, mark } = await wired(
    '/traced',
    '{{! return JSON.stringify(it.data.map((one) => one)); }}',
  );
  const headers = { traceparent: `00-${traceId}-${parentId}-01`, tracestate: 'vendor=1' };
  const body = JSON.stringify({ events: [{ 'wt.ev': 'traced', 'wt.dcsvid': personal, email: personal, ...mark }] });
  assert.equal((await fetch(`${url}/v3/${key}?secret=${personal}`, { method: 'POST', headers, body })).status, 200);

  const ofTrace = () => collector.spans.filter((span) => span.traceId === traceId);
  const spans = await eventually('the spans', () =>
    ofTrace().some(({ name }) => name === 'settle') ? ofTrace() : undefined,
  );
  const [request] = receiver.at('/traced');
  const named = (name: string) => {
    const found = spans.find((span) => span.name === name);
    assert.ok(found, `${name} in ${spans.map((span) => span.name)}`);
    return found;
  };
  const intake = named('POST /v3/{key}');
  assert.equal(intake.parentId, parentId);
  for (const name of ['match', 'store', 'deliver']) assert.equal(named(name).parentId, intake.spanId, name);
  const deliver = named('deliver');
  for (const name of ['render', 'POST', 'settle']) assert.equal(named(name).parentId, deliver.spanId, name);
  const send = named('POST');
  assert.equal(request?.headers['traceparent'], `00-${traceId}-${send.spanId}-01`);
  assert.equal(request?.headers['tracestate'], 'vendor=1');
  assert.deepEqual(
    [
      send.kind,
      send.attributes['http.response.status_code'],
      send.attributes['server.address'],
      send.attributes['server.port'],
    ],
    [3, 200, '127.0.0.1', Number(new URL(receiver.url).port)],
  );
  assert.deepEqual([intake.kind, intake.attributes['http.response.status_code']], [2, 200]);
  assert.equal(named('settle').attributes['millrace.delivery.status'], 'delivered');
  assert.equal(deliver.attributes['millrace.destination.id'], destinationId);
  const { resource } = intake;
  assert.deepEqual([resource['service.name'], resource['deployment.environment.name']], ['millrace', 'tests']);
  for (const { startedAt, endedAt } of spans) assert.ok(startedAt > 0 && endedAt >= startedAt);
  assert.ok(collector.types.has('/v1/traces application/x-protobuf'));

  const { data } = await client.call('listDeliveries', { query: { destinationId } });
  assert.equal(data[0]?.status, 'delivered');
  // Neither the key of the collector, nor what events hold, nor queries leave in a span.
  const sent = collector.bodies.map((one) => one.toString('latin1')).join('');
  for (const text of [personal, key, 'secret=']) assert.ok(!sent.includes(text), text);
});

test('a sender whose trace is not sampled is not traced, and the destination still gets its trace', async () => {
  const { key, mark } = await wired('/unsampled', '{{! return JSON.stringify(it.data[0]); }}');
  const id = traceId.replace('4b', '5c');
  const headers = { traceparent: `00-${id}-${parentId}-00` };
  const send = (more: object) =>
    fetch(`${url}/v3/${key}`, {
      method: 'POST',
      ...more,
      body: JSON.stringify({ events: [{ 'wt.ev': 'unsampled', ...mark }] }),
    });
  assert.equal((await send({ headers })).status, 200);
  const [request] = await eventually('the request', () =>
    receiver.at('/unsampled').length > 0 ? receiver.at('/unsampled') : undefined,
  );
  assert.match(String(request?.headers['traceparent']), new RegExp(`^00-${id}-[0-9a-f]{16}-00$`));
  // A later trace is exported: the one before is not.
  assert.equal((await send({ headers: { traceparent: `00-${id.replace('5c', '6d')}-${parentId}-01` } })).status, 200);
  await eventually('a later span', () => collector.spans.some((span) => span.traceId.startsWith('6d')));
  assert.ok(!collector.spans.some((span) => span.traceId === id));
});

test('the metrics of /metrics are exported under the same names', async () => {
  const counted = (name: string) => collector.metrics.get(name)?.points.reduce((sum, { value }) => sum + value, 0) ?? 0;
  await eventually(
    'the counters',
    () => counted('millrace_events_accepted') >= 3 && counted('millrace_attempt_seconds') >= 3,
  );
  const kinds = ['millrace_events_accepted', 'process_resident_memory_bytes', 'millrace_attempt_seconds'].map(
    (name) => collector.metrics.get(name)?.kind,
  );
  assert.deepEqual(kinds, ['sum', 'gauge', 'histogram']);
});

test('with a receiver that is gone events are delivered, and with one that never answers the program ends', {
  timeout: 60_000,
}, async () => {
  const { key, mark } = await wired('/gone', '{{! return JSON.stringify(it.data[0]); }}');
  await collector[Symbol.asyncDispose]();
  const body = JSON.stringify({ events: [{ 'wt.ev': 'gone', ...mark }] });
  assert.equal((await fetch(`${url}/v3/${key}`, { method: 'POST', body })).status, 200);
  await eventually('the request', () => receiver.at('/gone').length === 1);
  assert.match(String(receiver.at('/gone')[0]?.headers['traceparent']), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);

  await using silent = await silentReceiver(Number(new URL(collector.url).port));
  await eventually('an export', () => silent.connections() > 0);
  assert.deepEqual(await program.end(), { code: 0, signal: null });
});

/** Takes connections, and what is sent on them, and never answers. */
async function silentReceiver(port: number) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => {}).resume()));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    connections: () => sockets.length,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function wired(path: string, template: string) {
  const client = adminClient(url);
  const wires = await wire({ url, client }, receiver, { destination: { path, template } });
  return { client, key: wires.collector.key, destinationId: wires.destination.id, mark: { wire: wires.action.name } };
}
