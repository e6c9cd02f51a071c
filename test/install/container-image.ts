import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { call, fetchBy, Missing, type Part } from '../../scripts/parts.ts';
import { buildImage } from '../../scripts/release/image.ts';
import { freePort } from '../support/free-port.ts';
import { basePacked } from './bare-system.ts';
import { needsMounts, type Program, readOnlyRoot, running } from './confined.ts';
import { deliveredBy, firstDelivery } from './first-delivery.ts';
import { needsRegistry } from './registry.ts';
import { upgradeAndBack, upgradeEnvironment } from './upgrade.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const bytesMax = 200 * 1_000_000;

const cacheInside = '/npm-cache';

type ImageConfig = { Env: string[]; User: string; Entrypoint: string[]; Cmd: string[] };

/** Built from the Dockerfile, on base images made of Debian's packages, and run as a user without a name. */
export const containerImage: Record<string, Part> = {
  'the container image is built, delivers with a read-only root, any user and no capability, recovers from a kill, and upgrades':
    async (folder) => {
      await fetchBy('buildah', ['--version']);
      await needsMounts(folder);
      await needsRegistry();
      const isOverlaid = await overlays(folder);
      const driver = isOverlaid ? 'overlay' : 'vfs';
      const storage = ['--root', join(folder, 'images'), '--runroot', join(folder, 'run'), '--storage-driver', driver];
      const buildah = (...args: string[]) => call('buildah', [...storage, ...args], { cwd: root });
      const cache = (await call('npm', ['config', 'get', 'cache'])).trim();
      const isCached = isOverlaid && existsSync(cache);
      const { base, node } = await baseImages(folder, buildah, isCached ? { npm_config_cache: cacheInside } : {});
      const images = ['--build-arg', `NODE=${node}`, '--build-arg', `BASE=${base}`];
      // What npm has of the packages already. It stays as it is.
      if (isCached) images.push('--volume', `${cache}:${cacheInside}:O`);
      // Without limits given, buildah asks for more than a system without all rights may have.
      const files = (await call('bash', ['-c', 'ulimit -Hn'])).trim();
      const limits = ['--isolation', 'chroot', '--ulimit', `nofile=${files}`, '--ulimit', 'nproc=32768'];
      const archive = join(folder, 'image.tar');
      await buildImage({ buildah, tag: 'millrace', options: [...limits, ...images], archive });
      assert.ok(statSync(archive).size > 0);
      const { OCIv1 } = JSON.parse(await buildah('inspect', '--type', 'image', 'millrace'));
      const config: ImageConfig = OCIv1.config;
      assert.equal(config.User, '65532:65532');
      const container = (await buildah('from', 'millrace')).trim();
      await using mounted = new AsyncDisposableStack();
      const path = (await buildah('mount', container)).trim();
      mounted.defer(async () => void (await buildah('umount', container)));
      const bytes = Number((await call('du', ['-sb', path])).split('\t')[0]);
      console.log(`${Math.round(bytes / 1e6)} MB`);
      assert.ok(bytes <= bytesMax, `${bytes} bytes`);
      for (const shell of ['bin/sh', 'bin/bash', 'usr/bin/npm'])
        assert.equal(existsSync(join(path, shell)), false, shell);
      // A new volume gets the rights of the folder.
      const { uid, mode } = statSync(join(path, 'data'));
      assert.deepEqual({ uid, mode: mode & 0o777 }, { uid: 65532, mode: 0o777 });

      const url = `http://127.0.0.1:${await freePort()}`;
      const program = programOf(config, url);
      const data = emptyFolder(folder, 'data');
      {
        await using place = await readOnlyRoot(path, { data });
        await running(place, program, 'SIGKILL', async () => {
          await firstDelivery(url);
          const [code] = await once(place.start({ ...program, command: healthCheck() }), 'close');
          assert.equal(code, 0);
        });
        await running(place, program, 'SIGTERM', async () => assert.equal(await deliveredBy(url), 1));
      }
      const former = emptyFolder(folder, 'former');
      await using place = await readOnlyRoot(path, { data: former });
      await upgradeAndBack({
        data: former,
        url,
        start: () => place.start(program),
        give: () => call('chown', ['-R', program.user, former]),
      });
    },
};

/** What `docker run` starts, as a user that the image does not know. */
function programOf({ Env, Entrypoint, Cmd }: ImageConfig, url: string): Program {
  const image = Object.fromEntries(Env.map((one) => one.split(/=(.*)/s, 2) as [string, string])); // name=value
  const env = { ...image, ...upgradeEnvironment(Number(new URL(url).port)), MILLRACE_INBOX: 'on' };
  return { user: '4711:4711', command: [...Entrypoint, ...Cmd], env, url, stopSeconds: 45 };
}

function healthCheck(): string[] {
  const [line = ''] = readFileSync(join(root, 'deploy/container/Dockerfile'), 'utf8').match(/HEALTHCHECK.*/) ?? [];
  return JSON.parse(/CMD (\[.*\])/.exec(line)?.[1] ?? '[]');
}

/** A volume. */
function emptyFolder(parent: string, name: string): string {
  const path = join(parent, name);
  mkdirSync(path);
  chmodSync(path, 0o777);
  return path;
}

/** Whether layers can share files here. Without it each is a copy of everything below it, which takes minutes. */
async function overlays(folder: string): Promise<boolean> {
  const [lower, upper, work, merged] = ['lower', 'upper', 'work', 'merged'].map((name) => emptyFolder(folder, name));
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  const isMounted = await call('mount', ['-t', 'overlay', 'overlay', '-o', options, merged ?? '']).then(
    () => true,
    () => false,
  );
  if (isMounted) await call('umount', [merged ?? '']);
  return isMounted;
}

/** Images of a bare Debian, and of one with Node.js and npm of this machine. */
async function baseImages(
  folder: string,
  buildah: (...args: string[]) => Promise<string>,
  environment: Readonly<Record<string, string>>,
) {
  const made = { base: 'localhost/base', node: 'localhost/node' };
  const bare = (await buildah('from', 'scratch')).trim();
  await buildah('add', bare, await basePacked(folder), '/');
  await buildah('commit', bare, made.base);
  const prefix = (await call('npm', ['prefix', '--global'])).trim();
  for (const part of ['bin/node', 'bin/npm', 'lib/node_modules/npm'])
    if (!existsSync(join(prefix, part))) throw new Missing(`there is no ${join(prefix, part)}`);
  await buildah('add', bare, join(prefix, 'bin/node'), '/usr/local/bin/node');
  await buildah('add', bare, join(prefix, 'lib/node_modules/npm'), '/usr/local/lib/node_modules/npm');
  await buildah(
    'run',
    '--isolation',
    'chroot',
    bare,
    '--',
    'ln',
    '-s',
    '../lib/node_modules/npm/bin/npm-cli.js',
    '/usr/local/bin/npm',
  );
  // How npm reaches its registry from here.
  const [npmrc, authorities] = [join(homedir(), '.npmrc'), process.env['NODE_EXTRA_CA_CERTS'] ?? ''];
  const env = Object.entries(environment);
  if (existsSync(npmrc)) await buildah('add', bare, npmrc, '/root/.npmrc');
  if (existsSync(authorities)) {
    await buildah('add', bare, authorities, '/root/authorities.pem');
    env.push(['NODE_EXTRA_CA_CERTS', '/root/authorities.pem']);
  }
  for (const [name, value] of env) await buildah('config', '--env', `${name}=${value}`, bare);
  await buildah('commit', bare, made.node);
  return made;
}
