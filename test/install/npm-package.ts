import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { call, fetchBy, type Part } from '../../scripts/parts.ts';
import { freePort } from '../support/free-port.ts';
import { needsRegistry } from './registry.ts';
import { upgradeAndBack, upgradeEnvironment } from './upgrade.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const bytesMax = 10 * 2 ** 20;

/** The file of the package for npm, made once. */
let made: Promise<string> | null = null;
export const packedProgram = () => {
  made ??= call('npm', ['run', '--silent', 'package'], { cwd: root }).then(() => {
    const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    return join(root, `dist/millrace-${version}.tgz`);
  });
  return made;
};

/** `npx millrace demo` in an empty folder, with each version of Node.js that the package takes. */
export const npmPackage: Record<string, Part> = Object.fromEntries(
  ['20', '22', '24'].map((version) => [
    `the package for npm runs its demo in an empty folder with Node.js ${version}${version === '24' ? ', and upgrades' : ''}`,
    async (folder: string) => {
      await needsRegistry();
      const node = join(folder, 'node');
      const system = `node-${process.platform}-${process.arch}`;
      await fetchBy('npm', ['install', '--silent', '--no-save', '--prefix', node, `${system}@${version}`], {
        cwd: root,
      });
      const env = { ...process.env, PATH: `${join(node, 'node_modules', system, 'bin')}:${process.env['PATH']}` };
      const cwd = join(folder, 'empty');
      await call('mkdir', [cwd]);
      await call('npm', ['install', '--silent', '--no-audit', '--no-fund', await packedProgram()], { cwd, env });
      const bytes = globSync('node_modules/**', { cwd })
        .filter((path) => !path.includes(system))
        .reduce((sum, path) => sum + statSync(join(cwd, path)).size, 0);
      console.log(`${(bytes / 2 ** 20).toFixed(1)} MiB installed, without Node.js`);
      assert.ok(bytes <= bytesMax, `${bytes} bytes`);
      const said = await call('npx', ['millrace', 'demo', '--port', '0', '--rate', '20', '--for', '10'], { cwd, env });
      assert.match(said, /\d+ events, \d+ matches, [1-9]\d* delivered, 0 failed\.\n$/);
      await assert.rejects(
        call('node', ['-e', 'require("millrace")'], { cwd, env }),
        /ERR_PACKAGE_PATH_NOT_EXPORTED|No "exports" main/,
      );
      if (version !== '24') return;
      const port = await freePort();
      const data = join(folder, 'data');
      await call('mkdir', [data]);
      await upgradeAndBack({
        data,
        url: `http://127.0.0.1:${port}`,
        start: () =>
          // Not by npx, which a signal ends with no code.
          spawn(join(cwd, 'node_modules/.bin/millrace'), ['start', '--data-dir', data], {
            env: { ...env, ...upgradeEnvironment(port) },
            stdio: 'pipe',
          }),
      });
    },
  ]),
);
