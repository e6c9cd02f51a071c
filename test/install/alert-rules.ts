import { fileURLToPath } from 'node:url';
import { call, type Part } from '../../scripts/parts.ts';

const folder = fileURLToPath(new URL('../../deploy/prometheus/', import.meta.url));

/** Prometheus' own check and tests of the rules. */
export const alertRules: Record<string, Part> = {
  'the rules of Prometheus are valid and fire as their tests say': async () => {
    await call('promtool', ['check', 'rules', 'millrace-rules.yml'], { cwd: folder });
    await call('promtool', ['test', 'rules', 'millrace-rules.test.yml'], { cwd: folder });
  },
};
