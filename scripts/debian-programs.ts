import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { call } from './parts.ts';

/** Programs that the parts of test:install run, and the packages of Debian that have them. */
const programs: Readonly<Record<string, string>> = {
  apache2: 'apache2-bin',
  buildah: 'buildah',
  caddy: 'caddy',
  debootstrap: 'debootstrap',
  'dpkg-deb': 'dpkg',
  haproxy: 'haproxy',
  nginx: 'nginx-light',
  openssl: 'openssl',
  promtool: 'prometheus',
  setpriv: 'util-linux',
  'systemd-analyze': 'systemd',
};

/**
 * Installs the programs that are missing, one by one, where apt-get can; prints what could not be installed. The parts that
 * need it are skipped then. Services of the packages are not started.
 */
export async function installPrograms(): Promise<void> {
  const missing = Object.entries(programs).filter(([program]) => !isHere(program));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !isHere('apt-get')) {
    console.log(`not installed: ${missing.map(([program]) => program).join(', ')}: it needs root and apt-get`);
    return;
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) => call('apt-get', ['-qq', '-o', 'Acquire::Retries=1', ...args], { env });
  using _noServices = withoutServices();
  const updated = await apt('update').catch((error: Error) => error);
  if (updated instanceof Error) console.log(`not updated: ${updated.message.slice(0, 200)}`);
  for (const [program, name] of missing)
    await apt('install', '--yes', '--no-install-recommends', name).catch((error: Error) =>
      console.log(`not installed: ${program}: ${error.message.trim().slice(0, 200)}`),
    );
}

/** Packages that are installed meanwhile start no services, which would take the ports of the machine. */
function withoutServices(): Disposable {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return { [Symbol.dispose]: () => {} };
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  return { [Symbol.dispose]: () => rmSync(policy) };
}

function isHere(program: string): boolean {
  // The folders of the administrator's programs, which a user's PATH may lack.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
