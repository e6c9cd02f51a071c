import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { openApi } from '../../src/contract/openapi/openapi.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { adminToken, startTestApp } from '../support/app.ts';
import { startReceiver } from '../support/receiver.ts';
import { expected, type Steps } from './steps/steps.ts';

// Clients as others make them: each generator with its default settings, its code compiled and used.

const run = promisify(execFile);
const text = JSON.stringify(openApi({ version: '1.2.3', url: null }));
const packages = fileURLToPath(new URL('../../node_modules/', import.meta.url));

const step = (file: string) => new URL(`steps/${file}`, import.meta.url);

const generators: { name: string; args: (document: string, into: string) => string[] }[] = [
  {
    name: 'hey-api',
    args: (document, into) => [`${packages}@hey-api/openapi-ts/bin/run.js`, '-i', document, '-o', into, '-s'],
  },
  {
    name: 'openapi-fetch',
    args: (document, into) => [`${packages}openapi-typescript/bin/cli.js`, document, '-o', join(into, 'schema.ts')],
  },
];

const receiver = await startReceiver();
after(() => receiver[Symbol.asyncDispose]());

for (const { name, args } of generators)
  test(`a client of ${name} compiles in strict mode and does every step against a server`, async () => {
    using folder = temporaryFolder();
    const within = (file: string) => join(folder.path, file);
    await mkdir(within('generated'));
    await writeFile(within('openapi.json'), text);
    await symlink(packages, within('node_modules'));
    for (const file of ['steps.ts', `${name}.ts`]) await copyFile(step(file), within(file));
    await writeFile(within('tsconfig.json'), JSON.stringify(strict));
    await run(process.execPath, args(within('openapi.json'), within('generated')), { cwd: folder.path });
    const compiler = [`${packages}typescript7/bin/tsc`, '-p', folder.path];
    const { stdout } = await run(process.execPath, compiler).catch((error) => error);
    assert.equal(stdout, '');

    await using bundle = await rolldown({ input: within(`${name}.ts`), platform: 'node', logLevel: 'silent' });
    await bundle.write({ file: within('steps.mjs') });
    const { steps }: { steps: Steps } = await import(pathToFileURL(within('steps.mjs')).href);
    await using app = await startTestApp();
    const { deliveries, ...facts } = await steps({ url: app.url, token: adminToken, receiver: receiver.url });
    assert.equal(new Set(deliveries).size, 2);
    assert.deepEqual(facts, expected);
  });

test('the document has no error for the linter of Redocly, and warnings of one rule', async () => {
  const { lint }: { lint: (text: string) => Promise<string[]> } = await import(step('redocly.ts').href);
  // Paths such as /actions/check and /actions/{id}, which the server tells apart: no id is such a word.
  assert.deepEqual([...new Set(await lint(text))], ['warn no-ambiguous-paths']);
});

const strict = {
  compilerOptions: {
    target: 'es2024',
    lib: ['es2024', 'dom', 'dom.iterable'],
    module: 'preserve',
    strict: true,
    noUncheckedIndexedAccess: true,
    noImplicitOverride: true,
    noFallthroughCasesInSwitch: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    types: [],
  },
  exclude: ['node_modules'],
};
