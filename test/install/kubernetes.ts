import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { call, fetchBy, type Part } from '../../scripts/parts.ts';
import { needsRegistry } from './registry.ts';

const folderOf = fileURLToPath(new URL('../../deploy/kubernetes/', import.meta.url));

/** Validators with the schemas of the API in them. */
const validators = { core: 'kubernetes-validate==1.37.0', monitor: '@kubernetes-models/prometheus-operator@6.0.0' };
/** The oldest version that docs/upgrading.md names, and the newest. */
const versions = ['1.29', '1.37'];

/** The manifests, by the schemas of the API in their strict form: an unknown field is an error. */
export const kubernetesManifests: Record<string, Part> = {
  'the manifests of Kubernetes are valid, and a wrong field is found': async (folder) => {
    await fetchBy('python3', ['-m', 'venv', join(folder, 'python')]);
    await fetchBy(join(folder, 'python/bin/pip'), ['install', '--quiet', validators.core]);
    const validate = (file: string, version: string) =>
      call(join(folder, 'python/bin/kubernetes-validate'), ['--strict', '--kubernetes-version', version, file]);
    for (const version of versions)
      for (const [file, count] of Object.entries({ 'millrace.yaml': 4, 'millrace-cluster.yaml': 5 })) {
        const said = await validate(join(folderOf, file), version);
        assert.equal(said.split('\n').filter((line) => line.includes(' passed ')).length, count, said);
      }
    const wrong = join(folder, 'wrong.yaml');
    writeFileSync(wrong, 'apiVersion: v1\nkind: Service\nmetadata: { name: millrace }\nspec: { port: 80 }\n');
    await assert.rejects(validate(wrong, versions[0] ?? ''), /port/);
  },

  'the ServiceMonitor is valid, and a wrong type is found': async (folder) => {
    await needsRegistry();
    writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
    await fetchBy('npm', ['install', '--silent', '--no-audit', '--no-fund', validators.monitor], { cwd: folder });
    writeFileSync(join(folder, 'validate.js'), program);
    const validate = (manifest: string) => call(process.execPath, ['validate.js', manifest], { cwd: folder });
    await validate(JSON.stringify(parse(readFileSync(join(folderOf, 'servicemonitor.yaml'), 'utf8'))));
    const wrong = {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      spec: { endpoints: [{ port: 8787 }] },
    };
    await assert.rejects(validate(JSON.stringify(wrong)), /port/);
  },
};

const program = `
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
new ServiceMonitor(JSON.parse(process.argv[2])).validate();
`;
