import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { call, type Part } from '../../scripts/parts.ts';
import { freePort } from '../support/free-port.ts';
import { bareSystem } from './bare-system.ts';
import { adminToken, deliveredBy, firstDelivery, ready } from './first-delivery.ts';
import { packedProgram } from './npm-package.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const settings = 'etc/millrace/millrace.yaml';

/** Installed in a bare Debian without Node.js, started as its unit says, upgraded, removed and purged. */
export const debianPackage: Record<string, Part> = {
  'the Debian package installs, delivers, upgrades with its data and settings, and is purged': async (folder) => {
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
    await running(system.path, url, async () => firstDelivery(url));

    await install(await nextVersion(file, folder));
    assert.equal(readFileSync(join(system.path, settings), 'utf8'), changed);
    await running(system.path, url, async () => assert.equal(await deliveredBy(url), 1));

    await within('dpkg', '--remove', 'millrace');
    assert.ok(existsSync(join(system.path, 'var/lib/millrace/secret.key')));
    await within('dpkg', '--purge', 'millrace');
    for (const path of ['var/lib/millrace', 'etc/millrace', 'usr/lib/millrace', 'usr/bin/millrace'])
      assert.equal(existsSync(join(system.path, path)), false, path);
    assert.doesNotMatch(readFileSync(join(system.path, 'etc/passwd'), 'utf8'), /millrace/);
  },
};

/** Does something while the program runs with the user, the environment and the command of its unit. */
async function running(system: string, url: string, work: () => Promise<void>): Promise<void> {
  const unit = readFileSync(join(system, 'lib/systemd/system/millrace.service'), 'utf8');
  const lineOf = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';
  const environment = [...unit.matchAll(/^Environment=(.*)$/gm)].map(([, one = '']) => one);
  const user = `${lineOf('User')}:${lineOf('Group')}`;
  const command = [`--userspec=${user}`, system, 'env', '-i', ...environment, ...lineOf('ExecStart').split(' ')];
  const program = spawn('chroot', command, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [program.stdout, program.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = once(program, 'close');
  try {
    await ready(url, () => output);
    await work();
  } finally {
    program.kill('SIGTERM');
  }
  assert.deepEqual(await ended, [0, null], output);
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
