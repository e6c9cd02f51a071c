import { createTelemetry, type Telemetry } from './telemetry.ts';

/** Telemetry that writes nothing; its metrics work. */
export function silentTelemetry(): Telemetry {
  return createTelemetry({ level: 'silent', to: { write() {} } });
}
