import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { call, fetchBy, type Part } from '../../scripts/parts.ts';
import { freePort } from '../support/free-port.ts';
import { bareSystem } from './bare-system.ts';
import { needsMounts, type Program, readOnlyRoot, running } from './confined.ts';
import { adminToken, deliveredBy, firstDelivery } from './first-delivery.ts';
import { packedProgram } from './npm-package.ts';
import { needsRegistry } from './registry.ts';
import { upgradeAndBack, upgradeEnvironment } from './upgrade.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const settings = 'etc/millrace/millrace.yaml';

/** Installed in a bare Debian without Node.js, started as its unit says (user, read-only root, no capability), upgraded and purged. */
export const debianPackage: Record<string, Part> = {
  'the Debian package installs, delivers as its unit says, recovers from a kill, upgrades with its data and settings, and is purged':
    async (folder) => {
      await needsMounts(folder);
      await needsRegistry();
      await fetchBy('dpkg-deb', ['--version']);
      await packedProgram();
      const file = (await call('npm', ['run', '--silent', 'package:deb'], { cwd: root })).trim();
      console.log(`${(statSync(file).size / 2 ** 20).toFixed(1)} MiB`);
      await using system = await bareSystem(folder);
      const within = (...command: string[]) => call('chroot', [system.path, ...command]);
      const install = async (path: string) => {
        await call('cp', [path, join(system.path, 'tmp/millrace.deb')]);
        // As apt does for a package whose settings a person has changed.
        await within('dpkg', '--install', '--force-confold', '/tmp/millrace.deb');
      };

      await install(file);
      assert.match(await within('millrace', 'version'), /\d+\.\d+\.\d+/);
      assert.equal((await within('stat', '-c', '%U %G %a', '/var/lib/millrace')).trim(), 'millrace millrace 700');
      assert.equal((await within('stat', '-c', '%U %G %a', `/${settings}`)).trim(), 'root millrace 640');
      const port = await freePort();
      appendFileSync(join(system.path, settings), `port: ${port}\nadminToken: ${adminToken}\n`);
      // The line of the file comes first, and a setting can stand once.
      const changed = readFileSync(join(system.path, settings), 'utf8').replace('port: 8787\n', '');
      writeFileSync(join(system.path, settings), changed);
      const url = `http://127.0.0.1:${port}`;
      const program = programOf(system.path, url);
      {
        await using place = await placeOf(system.path);
        await running(place, program, 'SIGKILL', () => firstDelivery(url));
        await running(place, program, 'SIGTERM', async () => assert.equal(await deliveredBy(url), 1));
      }

      await install(await nextVersion(file, folder));
      assert.equal(readFileSync(join(system.path, settings), 'utf8'), changed);
      {
        await using place = await placeOf(system.path);
        await running(place, program, 'SIGTERM', async () => assert.equal(await deliveredBy(url), 1));
        const data = join(system.path, 'var/lib/millrace');
        for (const name of readdirSync(data)) rmSync(join(data, name), { recursive: true });
        await upgradeAndBack({
          data,
          url,
          start: () => place.start({ ...program, env: { ...program.env, ...upgradeEnvironment(port) } }),
          give: () => within('chown', '-R', 'millrace:millrace', '/var/lib/millrace'),
        });
      }

      await within('dpkg', '--remove', 'millrace');
      assert.ok(existsSync(join(system.path, 'var/lib/millrace/secret.key')));
      await within('dpkg', '--purge', 'millrace');
      for (const path of ['var/lib/millrace', 'etc/millrace', 'usr/lib/millrace', 'usr/bin/millrace'])
        assert.equal(existsSync(join(system.path, path)), false, path);
      assert.doesNotMatch(readFileSync(join(system.path, 'etc/passwd'), 'utf8'), /millrace/);
    },
};

/** What systemd starts: the user, the environment, the command and the time to stop of the unit. */
function programOf(system: string, url: string): Program {
  const unit = readFileSync(join(system, 'lib/systemd/system/millrace.service'), 'utf8');
  const lineOf = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';
  const lines = [...unit.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]);
  return {
    user: `${lineOf('User')}:${lineOf('Group')}`,
    command: lineOf('ExecStart').split(' '),
    env: Object.fromEntries(lines),
    url,
    stopSeconds: Number(lineOf('TimeoutStopSec')),
  };
}

/** Its file system with the folders that the unit may write. */
async function placeOf(system: string) {
  const writable = Object.fromEntries(['lib', 'cache'].map((one) => [`var/${one}/millrace`, one]));
  for (const folder of Object.keys(writable)) {
    writable[folder] = join(system, folder);
    await call('chroot', [system, 'install', '-d', '-m', '0700', '-o', 'millrace', '-g', 'millrace', `/${folder}`]);
  }
  return readOnlyRoot(system, writable);
}

/** The same package as the next version. */
async function nextVersion(file: string, folder: string): Promise<string> {
  const staged = join(folder, 'next');
  await call('dpkg-deb', ['--raw-extract', file, staged]);
  await call('sed', ['-i', 's/^Version: .*/Version: 999.0.0/', join(staged, 'DEBIAN/control')]);
  const next = join(folder, 'next.deb');
  await call('dpkg-deb', ['--build', '--root-owner-group', '-Znone', staged, next]);
  return next;
}
