import { globSync } from 'node:fs';
import { buildBundle } from './bundle.ts';
import { buildConsole } from './console.ts';
import { buildTag } from './tag.ts';

// Builds dist/: the program, the console, the tag, and the bill of materials and licences of the packages that are in them.

await Promise.all([buildBundle(), buildConsole(), buildTag()]);
for (const part of ['program', 'console', 'tag'])
  console.log(`dist/${part}: ${globSync(`dist/${part}/**/*.js`).length} scripts`);
await import('./sbom.ts');
