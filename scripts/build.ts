import { globSync } from 'node:fs';
import { buildBundle } from './bundle.ts';
import { buildConsole } from './console.ts';

// Builds dist/: the program, the console, and the bill of materials and licences of the packages that are in them.

await Promise.all([buildBundle(), buildConsole()]);
for (const part of ['program', 'console'])
  console.log(`dist/${part}: ${globSync(`dist/${part}/**/*.js`).length} scripts`);
await import('./sbom.ts');
