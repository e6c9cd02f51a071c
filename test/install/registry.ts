import { fetchBy, Missing } from '../../scripts/parts.ts';

let asked: Promise<string> | null = null;

/** npm refuses a longest wait below its shortest one, which is 10 s by itself. */
const retries = ['--fetch-retries=1', '--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=5000'];

/** Throws Missing where the registry of npm can't be reached. It is asked once, since npm alone would try for more than a minute. */
export async function needsRegistry(): Promise<void> {
  asked ??= fetchBy('npm', ['view', ...retries, 'yaml', 'version']);
  await asked.catch((error: Error) => {
    throw new Missing(`the registry of npm can't be reached: ${error.message}`);
  });
}
