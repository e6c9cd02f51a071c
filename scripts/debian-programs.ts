import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { call, Missing } from './parts.ts';

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

/** No more packages are tried after this time: a mirror that does not answer takes a minute for each. */
const installMs = 240_000;
const settings = [
  ...['Retries=1', 'http::Timeout=20', 'https::Timeout=20'].flatMap((one) => ['-o', `Acquire::${one}`]),
  // Else an update that reached nothing is a success.
  ...['-o', 'APT::Update::Error-Mode=any'],
];

/**
 * Installs the programs that are missing where apt-get can: together, and one by one when that fails although the mirror is there;
 * prints what could not be installed. The parts that need it are skipped then. Services of the packages are not started.
 */
export async function installPrograms(): Promise<void> {
  const missing = Object.entries(programs).filter(([program]) => !isHere(program));
  if (missing.length === 0) return;
  const names = missing.map(([program]) => program).join(', ');
  if (process.getuid?.() !== 0 || !isHere('apt-get'))
    return console.log(`not installed: ${names}: it needs root and apt-get`);
  console.log(`installing ${names}`);
  const startedAt = performance.now();
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) => call('apt-get', ['-qq', ...settings, ...args], { env });
  const install = (...packages: string[]) => apt('install', '--yes', '--no-install-recommends', ...packages);
  using _noServices = withoutServices();
  const isUpdated = await apt('update').then(
    () => true,
    (error: Error) => console.log(`not updated: ${firstLine(error)}`),
  );
  const together = await install(...missing.map(([, name]) => name)).catch((error: Error) => error);
  if (!(together instanceof Error)) return;
  if (isUpdated !== true) return console.log(`not installed: ${names}: ${firstLine(together)}`);
  for (const [program, name] of missing)
    if (performance.now() - startedAt > installMs) console.log(`not installed: ${program}: the mirror takes too long`);
    else await install(name).catch((error: Error) => console.log(`not installed: ${program}: ${firstLine(error)}`));
}

/** The first error that apt-get printed. */
const firstLine = ({ message }: Error) => (/\bE: .*/.exec(message)?.[0] ?? message).slice(0, 200);

/** Until it is disposed, packages that are installed start no services, which would take the ports of the machine. */
function withoutServices(): Disposable {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return { [Symbol.dispose]: () => {} };
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  return { [Symbol.dispose]: () => rmSync(policy) };
}

/** The path of a program; throws Missing where it is not installed. */
export function pathOf(program: string): string {
  const path = found(program);
  if (path === undefined) throw new Missing(`there is no ${program}`);
  return path;
}

const isHere = (program: string): boolean => found(program) !== undefined;

function found(program: string): string | undefined {
  // The folders of the administrator's programs, which a user's PATH may lack.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders
    .map((folder) => join(folder, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
