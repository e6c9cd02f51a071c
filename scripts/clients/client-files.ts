import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApi } from '../../src/contract/openapi/openapi.ts';
import type { Description } from '../../src/contract/openapi/openapi-document.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { pythonModels } from './python-models.ts';
import { pythonOperations } from './python-operations.ts';

/** The generated files of clients/, with their texts. Paths from the root of the checkout. */
export async function clientFiles(): Promise<{ path: string; text: string }[]> {
  const document: Description = JSON.parse(JSON.stringify(openApi({ version: '0', url: null })));
  return [
    ...(await typescript(document)),
    { path: 'clients/typescript/src/generated/repeatable.ts', text: repeatable(document) },
    { path: 'clients/python/millrace/models.py', text: pythonModels(document) },
    { path: 'clients/python/millrace/operations.py', text: pythonOperations(document) },
  ];
}

/** The client of hey-api: one class with a method for each operation, which returns the body of its response. */
async function typescript(document: Description): Promise<{ path: string; text: string }[]> {
  // A variable, so that checks of types need no generator.
  const name = '@hey-api/openapi-ts';
  const { createClient }: { createClient: (options: object) => Promise<unknown> } = await import(name);
  using folder = temporaryFolder();
  await createClient({
    input: document,
    logs: { level: 'silent', file: false },
    output: { path: folder.path, module: { extension: '.ts' } },
    plugins: [
      { name: '@hey-api/client-fetch', throwOnError: true },
      '@hey-api/typescript',
      {
        name: '@hey-api/sdk',
        responseStyle: 'data',
        operations: { strategy: 'single', containerName: 'Operations' },
      },
    ],
  });
  return globSync('**/*.ts', { cwd: folder.path })
    .sort()
    .map((file) => ({
      path: `clients/typescript/src/generated/${file}`,
      text: readFileSync(join(folder.path, file), 'utf8'),
    }));
}

/** The paths where a POST takes an Idempotency-Key. */
function repeatable({ paths }: Description): string {
  const found = Object.entries(paths).filter(([, { post }]) => post !== undefined && takesKey(post.parameters ?? []));
  const lines = found.map(([path]) => `  '${path}',\n`).join('');
  return `// Made from the OpenAPI document by npm run clients.\n\n/** The paths where a POST takes an Idempotency-Key. */\nexport const repeatable: ReadonlySet<string> = new Set([\n${lines}]);\n`;
}

/** Whether an operation repeats its first response to an Idempotency-Key. */
export function takesKey(parameters: readonly ({ $ref: string } | { name: string })[]): boolean {
  return parameters.some((one) =>
    '$ref' in one ? one.$ref.endsWith('/IdempotencyKey') : one.name === 'Idempotency-Key',
  );
}
