import { spawnSync } from 'node:child_process';
import { cpSync, globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildConsole } from './console.ts';

// Builds dist/: the program as JavaScript, because Node refuses TypeScript below node_modules, and the console.

rmSync('dist', { recursive: true, force: true });
const { status } = spawnSync(
  process.execPath,
  ['node_modules/typescript7/bin/tsc', '-p', 'scripts/tsconfig.build.json'],
  { stdio: 'inherit' },
);
if (status !== 0) process.exit(status ?? 1);
const others = globSync('**/*', { cwd: 'src', withFileTypes: true })
  .filter(
    (entry) => entry.isFile() && !entry.name.endsWith('.ts') && !/testdata|(^|\/)src\/console\b/.test(entry.parentPath),
  )
  .map((entry) => join(entry.parentPath, entry.name));
for (const path of others) cpSync(path, path.replace(/^(.*?)src\//, '$1dist/'));
console.log(`dist/: ${globSync('dist/**/*.js').length} modules, ${others.length} other files`);
await buildConsole();
console.log(`dist/console: ${globSync('dist/console/assets/*.js').length} scripts`);
