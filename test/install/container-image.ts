import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { call, fetchBy, Missing, type Part } from '../../scripts/parts.ts';
import { buildImage } from '../../scripts/release/image.ts';
import { freePort } from '../support/free-port.ts';
import { basePacked } from './bare-system.ts';
import { adminToken, deliveredBy, firstDelivery, ready } from './first-delivery.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const bytesMax = 200 * 1_000_000;

type ImageConfig = { Env: string[]; User: string; Entrypoint: string[]; Cmd: string[] };

/** Built from the Dockerfile, on base images made of Debian's packages, and run as a user without a name. */
export const containerImage: Record<string, Part> = {
  'the container image is built, delivers with a read-only root and any user, and recovers from a kill': async (
    folder,
  ) => {
    await fetchBy('buildah', ['--version']);
    const storage = ['--root', join(folder, 'images'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs'];
    const buildah = (...args: string[]) => call('buildah', [...storage, ...args], { cwd: root });
    const { base, node } = await baseImages(folder, buildah);
    const images = ['--build-arg', `NODE=${node}`, '--build-arg', `BASE=${base}`];
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
    const path = (await buildah('mount', container)).trim();
    const bytes = Number((await call('du', ['-sb', path])).split('\t')[0]);
    console.log(`${Math.round(bytes / 1e6)} MB`);
    assert.ok(bytes <= bytesMax, `${bytes} bytes`);
    for (const shell of ['bin/sh', 'bin/bash', 'usr/bin/npm'])
      assert.equal(existsSync(join(path, shell)), false, shell);

    const data = join(folder, 'data');
    mkdirSync(data);
    chmodSync(data, 0o777);
    const url = `http://127.0.0.1:${await freePort()}`;
    await using image = await readOnly(path, data);
    await image.running(config, url, 'SIGKILL', async (health) => {
      await firstDelivery(url);
      assert.equal(await health(), 0);
    });
    await image.running(config, url, 'SIGTERM', async () => assert.equal(await deliveredBy(url), 1));
  },
};

/** Images of a bare Debian, and of one with Node.js and npm of this machine. */
async function baseImages(folder: string, buildah: (...args: string[]) => Promise<string>) {
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
  if (existsSync(npmrc)) await buildah('add', bare, npmrc, '/root/.npmrc');
  if (existsSync(authorities)) {
    await buildah('add', bare, authorities, '/root/authorities.pem');
    await buildah('config', '--env', 'NODE_EXTRA_CA_CERTS=/root/authorities.pem', bare);
  }
  await buildah('commit', bare, made.node);
  return made;
}

/** The file system of an image, read-only but for its volume, /tmp and /proc, as `docker run --read-only` has it. */
async function readOnly(path: string, data: string) {
  const mounts: [from: string[], to: string][] = [
    [['--bind', data], join(path, 'data')],
    [['-t', 'tmpfs', 'tmpfs'], join(path, 'tmp')],
  ];
  mkdirSync(join(path, 'proc'), { recursive: true });
  mounts.push([['-t', 'proc', 'proc'], join(path, 'proc')]);
  await call('mount', ['--bind', path, path]);
  await call('mount', ['-o', 'remount,bind,ro', path]);
  for (const [from, to] of mounts) await call('mount', [...from, to]);

  return {
    /** Does something while the program runs, and ends it by a signal. */
    async running(
      { Env, Entrypoint, Cmd }: ImageConfig,
      url: string,
      signal: NodeJS.Signals,
      work: (health: () => Promise<number>) => Promise<void>,
    ): Promise<void> {
      const own = [`MILLRACE_PORT=${new URL(url).port}`, `MILLRACE_ADMIN_TOKEN=${adminToken}`, 'MILLRACE_INBOX=on'];
      const env = Object.fromEntries([...Env, ...own].map((one) => one.split(/=(.*)/s, 2) as [string, string]));
      // A user that the image does not know.
      const options = ['--userspec=4711:4711', path];
      const program = spawn('chroot', [...options, ...Entrypoint, ...Cmd], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      for (const stream of [program.stdout, program.stderr])
        stream.setEncoding('utf8').on('data', (text) => (output += text));
      const ended = once(program, 'close');
      const check = /CMD \["(.*)"\]/.exec(
        readFileSync(join(root, 'deploy/container/Dockerfile'), 'utf8').match(/HEALTHCHECK.*/)?.[0] ?? '',
      );
      const health = async () => {
        const probe = spawn('chroot', [...options, ...(check?.[1] ?? '').split('", "')], { env, stdio: 'inherit' });
        return Number((await once(probe, 'close'))[0]);
      };
      try {
        await ready(url, () => output);
        await work(health);
      } finally {
        program.kill(signal);
      }
      assert.deepEqual(await ended, signal === 'SIGKILL' ? [null, signal] : [0, null], output);
    },
    async [Symbol.asyncDispose]() {
      for (const [, to] of mounts.reverse()) await call('umount', [to]);
      await call('umount', [path]);
    },
  };
}
