import assert from 'node:assert/strict';
import { test } from 'node:test';
import { otelSettings, samplerSettings } from './otel-settings.ts';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };

test('without a variable of OpenTelemetry nothing is exported, and an endpoint or an exporter turns it on', () => {
  const on = (env: Record<string, string>) => {
    const settings = otelSettings(env);
    return settings === null ? null : [settings.traces, settings.metrics, settings.problems.length];
  };
  assert.equal(on({}), null);
  assert.equal(on({ OTEL_SERVICE_NAME: 'shop' }), null);
  assert.equal(on({ ...endpoint, OTEL_SDK_DISABLED: 'true' }), null);
  assert.equal(on({ OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', ...endpoint }), null);
  assert.deepEqual(on(endpoint), [true, true, 0]);
  assert.deepEqual(on({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }), [true, false, 0]);
  assert.deepEqual(on({ OTEL_METRICS_EXPORTER: 'otlp' }), [false, true, 0]);
  assert.deepEqual(on({ ...endpoint, OTEL_METRICS_EXPORTER: 'none' }), [true, false, 0]);
  assert.deepEqual(on({ ...endpoint, OTEL_TRACES_EXPORTER: 'zipkin' }), [false, true, 1]);
  assert.deepEqual(on({ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }), [false, false, 2]);
  assert.deepEqual(on({ ...endpoint, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc' }), [false, true, 1]);
});

test('the sampler is that of OTEL_TRACES_SAMPLER, and a wrong one is named', () => {
  const of = (name: string, argument = '') => {
    const problems: string[] = [];
    const sampler = samplerSettings({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: argument }, problems);
    return [sampler.kind, sampler.ratio, sampler.parentBased, problems.length];
  };
  assert.deepEqual(of(''), ['always_on', 1, true, 0]);
  assert.deepEqual(of('traceidratio', '0.01'), ['traceidratio', 0.01, false, 0]);
  assert.deepEqual(of('parentbased_traceidratio', '0.01'), ['traceidratio', 0.01, true, 0]);
  assert.deepEqual(of('always_off'), ['always_off', 1, false, 0]);
  assert.deepEqual(of('traceidratio', '2'), ['traceidratio', 1, false, 1]);
  assert.deepEqual(of('jaeger_remote'), ['always_on', 1, true, 1]);
});
