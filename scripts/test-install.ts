import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { alertRules } from '../test/install/alert-rules.ts';
import { containerImage } from '../test/install/container-image.ts';
import { debianPackage } from '../test/install/debian-package.ts';
import { behindHaproxyCluster } from '../test/install/haproxy-cluster.ts';
import { kubernetesManifests } from '../test/install/kubernetes.ts';
import { npmPackage } from '../test/install/npm-package.ts';
import { behindProxies } from '../test/install/proxies.ts';
import { releaseArtefacts } from '../test/install/release-artefacts.ts';
import { upgradedCheckout } from '../test/install/upgrade.ts';
import { installPrograms } from './debian-programs.ts';
import { keepFoldersInMemory } from './memory-folders.ts';
import { call, type Part, runParts } from './parts.ts';

// Tries each way of installing on a bare system: the packages are made, installed, started and used. Needs root and programs
// of Debian for some, which `--install` installs where it can; what is not to be had is skipped, with the reason. Words choose
// the parts with one of them in their name.

const root = fileURLToPath(new URL('../', import.meta.url));

/** Exposure as systemd counts it: 0 is none, 10 is all. */
const exposureMax = 2;

const parts: Record<string, Part> = {
  ...upgradedCheckout,
  ...npmPackage,
  ...debianPackage,
  ...containerImage,
  ...behindProxies,
  ...behindHaproxyCluster,
  ...alertRules,
  ...kubernetesManifests,
  ...releaseArtefacts,

  'the unit of systemd exposes little': async () => {
    const unit = `${root}deploy/systemd/millrace.service`;
    const said = await call('systemd-analyze', ['security', '--offline=true', unit]);
    const exposure = Number(/exposure level for \S+: ([\d.]+)/.exec(said)?.[1]);
    console.log(`exposure ${exposure}`);
    assert.ok(exposure <= exposureMax, said);
  },
};

const [flag, ...others] = process.argv.slice(2);
if (flag === '--install') await installPrograms();
keepFoldersInMemory(8);
await runParts(parts, flag === '--install' || flag === undefined ? others : [flag, ...others]);
