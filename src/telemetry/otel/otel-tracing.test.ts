import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  InMemorySpanExporter,
  type Sampler,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { otelTracing, tracedEventsMax } from './otel-tracing.ts';

const about = { method: 'POST', route: '/v3/{key}', requestId: 'req_1', collectorId: 'col_1', events: 1 };
const attemptOf = (...eventIds: string[]) => ({
  deliveryId: 'dlv_1',
  eventIds,
  destinationId: 'dst_1',
  connectionId: 'con_1',
  number: 0,
});

function traced(sampler: Sampler = new AlwaysOnSampler()) {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ sampler, spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const failures: unknown[] = [];
  const tracing = otelTracing(provider.getTracer('test'), (error) => failures.push(error));
  return {
    tracing,
    failures,
    spans: () => exporter.getFinishedSpans(),
    names: () => exporter.getFinishedSpans().map(({ name }) => name),
  };
}

test('a request that is not sampled costs no span, and neither do the deliveries of its events', () => {
  const { tracing, names } = traced(new AlwaysOffSampler());
  assert.equal(tracing.request({}, about), null);
  assert.equal(tracing.attempt(attemptOf('evt_1')), null);
  tracing.settled({ eventId: 'evt_1', destinationId: 'dst_1' }, 'delivered');
  assert.deepEqual(names(), []);
});

test('a batch is in the trace of its first traced event, and linked to those of the others', () => {
  const { tracing, spans } = traced();
  for (const id of ['evt_1', 'evt_2']) tracing.request({}, about)?.stored([id]);
  tracing.attempt(attemptOf('evt_0', 'evt_1', 'evt_2'))?.ended('success');
  const deliver = spans().find(({ name }) => name === 'deliver');
  assert.equal(deliver?.links.length, 1);
  assert.equal(deliver?.attributes['millrace.records'], 3);
});

test('a retry is in the same trace, counts its requests, and names what failed', () => {
  const { tracing, spans } = traced();
  tracing.request({}, about)?.stored(['evt_1']);
  for (const number of [0, 1]) {
    const attempt = tracing.attempt({ ...attemptOf('evt_1'), number });
    attempt?.sending('POST', 'https://user:pass@crm.example/in?token=secret');
    attempt?.received(number === 0 ? 503 : null, number === 0 ? null : 'timeout');
    attempt?.ended('retry');
  }
  const sends = spans().filter(({ name }) => name === 'POST');
  assert.deepEqual(
    sends.map(({ attributes }) => [attributes['error.type'], attributes['http.request.resend_count']]),
    [
      ['503', undefined],
      ['timeout', 1],
    ],
  );
  assert.equal(new Set(sends.map((span) => span.spanContext().traceId)).size, 1);
  assert.doesNotMatch(JSON.stringify(sends.map(({ attributes }) => attributes)), /secret|pass|token/);
});

test('the events whose trace is known are bounded: the oldest is forgotten', () => {
  const { tracing } = traced();
  const request = tracing.request({}, about);
  request?.stored(Array.from({ length: tracedEventsMax + 1 }, (_, at) => `evt_${at}`));
  assert.equal(tracing.attempt(attemptOf('evt_0')), null);
  assert.notEqual(tracing.attempt(attemptOf('evt_1')), null);
});

test('an error of the library is reported and fails neither a request nor a delivery', () => {
  const failures: unknown[] = [];
  const broken = {
    startSpan: () => {
      throw new Error('broken');
    },
    startActiveSpan: () => trace.getActiveSpan(),
  };
  // Only what the code calls.
  const tracing = otelTracing(broken as never, (error) => failures.push(error));
  assert.equal(tracing.request({}, about), null);
  assert.equal(failures.length, 1);
  const { tracing: works, failures: none } = traced();
  works.request({}, about)?.stored(['evt_1']);
  const attempt = works.attempt(attemptOf('evt_1'));
  assert.deepEqual(attempt?.sending('POST', 'no url'), []);
  attempt?.received(null, 'dns');
  attempt?.ended('retry');
  assert.equal(none.length, 1);
});
