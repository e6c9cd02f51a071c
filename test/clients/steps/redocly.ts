import { createConfig, lintFromString } from '@redocly/openapi-core';

/** What the recommended rules find in a document: severity and rule. */
export async function lint(source: string): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
  return problems.map(({ severity, ruleId }) => `${severity} ${ruleId}`);
}
