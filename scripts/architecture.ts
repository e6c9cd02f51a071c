import { globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const root = new URL('../', import.meta.url).pathname;
const configuration: IConfiguration = createRequire(import.meta.url)('../.dependency-cruiser.cjs');

export type Cruise = {
  /** Source files read, and source files that exist: unequal when the tool could not read TypeScript. */
  modules: number;
  files: number;
  /** `rule: from → to`, one for each forbidden import. */
  violations: string[];
};

/** Checks the imports of `src/` below a folder (default: the checkout) against the arrows. */
export async function cruiseSources(baseDir: string = root): Promise<Cruise> {
  const { options, forbidden } = configuration;
  const { output } = await cruise(
    ['src'],
    { ...options, baseDir, validate: true, ruleSet: { forbidden: forbidden ?? [] } },
    undefined,
    { tsConfig: extractTsConfig(`${root}tsconfig.json`) },
  );
  const result = output as ICruiseResult; // without an output type the result is an object
  return {
    modules: result.modules.filter(({ source, valid }) => /^src\/.*\.tsx?$/.test(source) && valid !== undefined).length,
    files: globSync('src/**/*.{ts,tsx}', { cwd: baseDir }).length,
    violations: result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
  };
}
