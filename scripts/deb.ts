import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Makes dist/millrace_<version>_<architecture>.deb from the package for npm (npm run package), with Node.js in it. Needs npm and
// dpkg-deb. Prints the file's path.

const root = fileURLToPath(new URL('../', import.meta.url));
const staged = join(root, 'dist/deb');
const home = join(staged, 'usr/lib/millrace');
const { name, version, description }: Record<string, string> = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);
const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
if (process.platform !== 'linux' || architecture === undefined)
  throw new Error(`There is no Debian package for ${process.platform} on ${process.arch}.`);

rmSync(staged, { recursive: true, force: true });
installProgram();
put('deploy/debian/millrace.sh', 'usr/bin/millrace', 0o755);
put('deploy/debian/millrace.yaml', 'etc/millrace/millrace.yaml', 0o640);
put('deploy/systemd/millrace.service', 'lib/systemd/system/millrace.service');
put('deploy/systemd/millrace.socket', 'lib/systemd/system/millrace.socket');
put('LICENSE', 'usr/share/doc/millrace/copyright');
put('docs/npm-package.md', 'usr/share/doc/millrace/README.md');
for (const script of ['postinst', 'prerm', 'postrm']) put(`deploy/debian/${script}`, `DEBIAN/${script}`, 0o755);
writeFileSync(join(staged, 'DEBIAN/conffiles'), '/etc/millrace/millrace.yaml\n');
writeFileSync(join(staged, 'DEBIAN/control'), control());
const file = join(root, `dist/millrace_${version}_${architecture}.deb`);
execFileSync('dpkg-deb', ['--build', '--root-owner-group', '-Zxz', '-z3', staged, file], {
  stdio: ['ignore', 'ignore', 'inherit'],
  // The time of the files in packages for npm: the same files give the same package.
  env: { ...process.env, SOURCE_DATE_EPOCH: '499162500' },
});
rmSync(staged, { recursive: true });
console.log(file);

/** The package for npm as npm installs it, with the Node.js that comes with it. */
function installProgram() {
  const folder = join(staged, 'install');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const archive = join(root, `dist/${name}-${version}.tgz`);
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', archive], { cwd: folder, stdio: 'inherit' });
  const modules = join(folder, 'node_modules');
  mkdirSync(dirname(home), { recursive: true });
  renameSync(join(modules, 'millrace'), home);
  renameSync(join(modules, `node-linux-${process.arch}/bin/node`), join(home, 'node'));
  for (const path of [`node-linux-${process.arch}`, '.bin', '.package-lock.json'])
    rmSync(join(modules, path), { recursive: true, force: true });
  renameSync(modules, join(home, 'node_modules'));
  rmSync(folder, { recursive: true });
}

function put(from: string, to: string, mode = 0o644) {
  mkdirSync(dirname(join(staged, to)), { recursive: true });
  cpSync(join(root, from), join(staged, to));
  chmodSync(join(staged, to), mode);
}

function control(): string {
  // Without folders, whose size depends on the file system.
  const files = globSync('**', { cwd: staged }).map((path) => statSync(join(staged, path)));
  const bytes = files.filter((file) => file.isFile()).reduce((sum, file) => sum + file.size, 0);
  return `Package: millrace
Version: ${version}
Architecture: ${architecture}
Maintainer: The Millrace authors <millrace@localhost>
Installed-Size: ${Math.ceil(bytes / 1_024)}
Depends: adduser, libc6 (>= 2.28), libstdc++6, libgcc-s1
Section: net
Priority: optional
Description: ${description}
 Millrace receives events of visitors, decides by rules which actions fire,
 shapes the data with a template, and delivers it as HTTP calls. Nothing is
 lost, and every delivery is explained.
`;
}
