type Environment = Readonly<Record<string, string | undefined>>;

/** What OpenTelemetry exports, by the environment variables of its specification. `problems`: values that are not supported. */
export type OtelSettings = { traces: boolean; metrics: boolean; problems: string[] };

/** Null: nothing is exported, since no variable asks for it. */
export function otelSettings(env: Environment): OtelSettings | null {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return null;
  const problems: string[] = [];
  const [traces, metrics] = ['TRACES', 'METRICS'].map((signal) => isExported(signal, env, problems));
  if (!traces && !metrics && problems.length === 0) return null;
  return { traces: traces === true, metrics: metrics === true, problems };
}

function isExported(signal: string, env: Environment, problems: string[]): boolean {
  const exporter = env[`OTEL_${signal}_EXPORTER`]?.trim() || null;
  const endpoint = env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`] || env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (exporter === 'none' || (exporter === null && !endpoint)) return false;
  if (exporter !== null && exporter !== 'otlp') {
    problems.push(`OTEL_${signal}_EXPORTER must be otlp or none`);
    return false;
  }
  const name = env[`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`]
    ? `OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`
    : 'OTEL_EXPORTER_OTLP_PROTOCOL';
  const protocol = env[name] || 'http/protobuf';
  if (protocol !== 'http/protobuf') problems.push(`${name} must be http/protobuf`);
  return protocol === 'http/protobuf';
}

const samplerNames = ['always_on', 'always_off', 'traceidratio'] as const;

/** The sampler: which traces begin here, and whether traces that senders began follow their decision (`parentBased`). */
export type SamplerSettings = { kind: (typeof samplerNames)[number]; ratio: number; parentBased: boolean };

/** Reads `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`; an unknown one is a problem, and the default is taken. */
export function samplerSettings(env: Environment, problems: string[]): SamplerSettings {
  const given = env['OTEL_TRACES_SAMPLER']?.trim() || 'parentbased_always_on';
  const kind = samplerNames.find((name) => name === given.replace(/^parentbased_/, ''));
  const argument = env['OTEL_TRACES_SAMPLER_ARG'] || '1';
  const ratio = Number(argument);
  const isRatio = ratio >= 0 && ratio <= 1;
  if (kind === undefined)
    problems.push(`OTEL_TRACES_SAMPLER must be one of ${samplerNames.join(', ')}, or one with parentbased_`);
  else if (kind === 'traceidratio' && !isRatio) problems.push('OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1');
  return {
    kind: kind ?? 'always_on',
    ratio: isRatio ? ratio : 1,
    parentBased: kind === undefined || given.startsWith('parentbased_'),
  };
}

/** A number of milliseconds or spans of a variable; undefined: the default of the library. */
export function numberOf(env: Environment, name: string): number | undefined {
  const value = Number(env[name]);
  return env[name] && Number.isFinite(value) && value > 0 ? value : undefined;
}
