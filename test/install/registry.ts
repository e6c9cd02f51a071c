import { fetchBy, Missing } from '../../scripts/parts.ts';

let asked: Promise<string> | null = null;

/** Throws Missing where the registry of npm can't be reached. It is asked once, since npm alone would try for more than a minute. */
export async function needsRegistry(): Promise<void> {
  asked ??= fetchBy('npm', [
    'view',
    '--silent',
    '--fetch-retries=1',
    '--fetch-retry-maxtimeout=5000',
    'yaml',
    'version',
  ]);
  await asked.catch(() => {
    throw new Missing("the registry of npm can't be reached");
  });
}
