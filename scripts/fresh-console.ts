import { existsSync } from 'node:fs';
import { buildConsole, isConsoleStale } from './console.ts';

// Builds the console before `npm start` and `npm run demo` in a checkout, if its sources have changed. Messages go to
// stderr, because the server's stdout is its log.

const canBuild = existsSync(new URL('../node_modules/vite', import.meta.url));
if (isConsoleStale()) {
  if (canBuild) {
    console.error('Building the console …');
    await buildConsole().catch((error: unknown) => {
      console.error(`The console could not be built; the server starts without it.\n${error}`);
    });
  } else console.error('The console is not built, and development packages are not installed: run npm install.');
}
