import { existsSync } from 'node:fs';
import { buildBundle, isBundleFresh } from './bundle.ts';
import { buildConsole, isConsoleStale } from './console.ts';
import { buildTag, isTagStale } from './tag.ts';

// Before `npm start` and `npm run demo`: builds the program, the console and the tag if they are missing or older than their
// sources. Messages go to stderr, because the server's stdout is its log.

const canBuild = existsSync(new URL('../node_modules/vite', import.meta.url));

await makeFresh(
  !isBundleFresh(),
  buildBundle,
  'program',
  'the server runs from its sources, which takes longer to start',
);
await makeFresh(isConsoleStale(), buildConsole, 'console', 'the server starts without it');
await makeFresh(isTagStale(), buildTag, 'tag', 'the server has no /tag.js');

async function makeFresh(isStale: boolean, build: () => Promise<void>, name: string, otherwise: string): Promise<void> {
  if (!isStale) return;
  if (!canBuild) {
    console.error(`The ${name} is not built or out of date, and development packages are not installed: ${otherwise}.`);
    return;
  }
  console.error(`Building the ${name} …`);
  await build().catch((error: unknown) => console.error(`The ${name} could not be built: ${otherwise}.\n${error}`));
}
