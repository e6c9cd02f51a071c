import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { openApi } from '../src/contract/openapi/openapi.ts';
import { expected, type Facts, type Steps } from '../test/clients/steps/steps.ts';
import { adminToken, startTestApp } from '../test/support/app.ts';
import { startReceiver } from '../test/support/receiver.ts';
import { everyTrouble, unreliableWay } from '../test/support/unreliable-way.ts';
import { call, fetchBy, Missing, runParts } from './parts.ts';

// Tries the clients that need more than this Node.js: the Python client and the package of the TypeScript client against a server,
// and the code of generators for other languages, which must compile and work. A part whose programs or packages are not to be had
// is skipped, and listed with the reason. Words choose the parts with one of them in their name.

const root = fileURLToPath(new URL('../', import.meta.url));

type Place = {
  folder: string;
  document: string;
  /** Runs a program in a folder; one that fails is an error with its output. */
  call(program: string, args: string[], cwd?: string, env?: NodeJS.ProcessEnv): Promise<string>;
  /** The same, for what downloads: a failure means that it is not to be had. */
  fetch(program: string, args: string[], cwd?: string, env?: NodeJS.ProcessEnv): Promise<string>;
};

const generator = 'openapi-generator-cli-7.25.0.jar';

const parts: { [name: string]: (place: Place) => Promise<void> } = {
  'the Python client does every step': async ({ call, fetch }) => {
    await fetch('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))']);
    await using receiver = await startReceiver();
    const env = { ...process.env, PYTHONPATH: `${root}clients/python`, PYTHONDONTWRITEBYTECODE: '1' };
    const steps = `${root}test/clients/steps/python_client.py`;
    await doesSteps((args) => call('python3', [steps, ...args], root, env));
    await using empty = await startTestApp();
    const own = { MILLRACE_URL: empty.url, MILLRACE_TOKEN: adminToken, CRM_URL: receiver.url };
    const listed = await call('python3', [`${root}clients/python/examples/first_delivery.py`], root, {
      ...env,
      ...own,
    });
    assert.match(listed, /^(dlv_\w+ \w+\n){3}$/);
  },
  'the Python client repeats, batches and refuses as it says': async ({ call, fetch }) => {
    await fetch('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))']);
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
    await call('python3', ['-m', 'unittest', 'discover', '-t', '.', '-s', 'tests'], `${root}clients/python`, env);
  },
  'the Python client stores each event once, whatever happens to requests': async ({ call, fetch }) => {
    await fetch('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))']);
    await using app = await startTestApp();
    await using way = await unreliableWay(() => app.url, everyTrouble);
    const { key } = await app.client.call('createCollector', { body: { name: 'Shop' } });
    const env = { ...process.env, PYTHONPATH: `${root}clients/python`, PYTHONDONTWRITEBYTECODE: '1' };
    const restarted = app.restart();
    await call('python3', [`${root}test/clients/steps/python_sending.py`, way.url, key], root, env);
    await restarted;
    const { data } = await app.client.call('listEvents', { query: { limit: '100' } });
    const stored = data.map((one) => Number(one.data?.['n'])).toSorted((a, b) => a - b);
    assert.deepEqual(stored, [...Array(20).keys()]);
  },
  'the Python client passes mypy in strict mode': async ({ folder, call, fetch }) => {
    await fetch('python3', ['-m', 'venv', folder]);
    await fetch(join(folder, 'bin/pip'), ['install', '--quiet', 'mypy==1.19.1']);
    await call(
      join(folder, 'bin/mypy'),
      ['--strict', '--cache-dir', folder, 'millrace', 'examples', 'tests'],
      `${root}clients/python`,
    );
  },
  ...Object.fromEntries(
    ['20', '22', '24'].map((version) => [
      `the TypeScript client works as a package with Node.js ${version}`,
      (place: Place) => packed(place, version),
    ]),
  ),
  'openapi-python-client makes a client that does every step': async ({ folder, document, call, fetch }) => {
    await fetch('python3', ['-m', 'venv', folder]);
    await fetch(join(folder, 'bin/pip'), ['install', '--quiet', 'openapi-python-client==0.29.1']);
    const into = join(folder, 'made');
    mkdirSync(into);
    await call(
      join(folder, 'bin/openapi-python-client'),
      `generate --path ${document} --meta none --output-path ${into}/api`.split(' '),
    );
    await call(join(folder, 'bin/python'), ['-c', importAll], into);
    const steps = `${root}test/clients/steps/openapi_python_client.py`;
    const env = { ...process.env, PYTHONPATH: into, PYTHONDONTWRITEBYTECODE: '1' };
    await doesSteps((args) => call(join(folder, 'bin/python'), [steps, ...args], into, env));
  },
  'oapi-codegen makes Go that compiles and does every step': async ({ folder, document, call, fetch }) => {
    const env = { ...process.env, GOBIN: folder };
    await fetch('go', ['install', 'github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2'], folder, env);
    writeFileSync(join(folder, 'go.mod'), 'module example.com/client\n\ngo 1.24\n');
    const args = ['-generate', 'types,client', '-package', 'client', '-o', 'client.go', document];
    await call(join(folder, 'oapi-codegen'), args, folder);
    mkdirSync(join(folder, 'steps'));
    copyFileSync(`${root}test/clients/steps/oapi_codegen.go`, join(folder, 'steps/main.go'));
    await fetch('go', ['mod', 'tidy'], folder);
    await call('go', ['build', '-o', 'does-steps', './steps'], folder);
    await doesSteps((args) => call(join(folder, 'does-steps'), args, folder));
  },
  // Without the option, lists that are left out are sent as empty ones.
  'openapi-generator makes Java that compiles and does every step, with containerDefaultToNull': async (place) => {
    const option = '--additional-properties=containerDefaultToNull=true';
    const into = await generated(place, 'java', '--library', 'native', option);
    copyFileSync(`${root}test/clients/steps/Steps.java`, join(into, 'src/main/java/Steps.java'));
    await place.fetch('mvn', ['-q', '-B', 'dependency:build-classpath', '-Dmdep.outputFile=classpath'], into);
    // Maven gets more plugins when it compiles.
    await place.call('mvn', ['-q', '-B', 'compile'], into).catch((error: Error) => {
      throw error.message.includes('COMPILATION ERROR') ? error : new Missing(error.message);
    });
    const classpath = `target/classes:${readFileSync(join(into, 'classpath'), 'utf8').trim()}`;
    await doesSteps((args) => place.call('java', ['-cp', classpath, 'Steps', ...args], into));
  },
  // Without the option, constants of two enums have one name in Go.
  'openapi-generator makes Go that compiles and does every step, with enumClassPrefix': async (place) => {
    const into = await generated(place, 'go', '--additional-properties=enumClassPrefix=true');
    mkdirSync(join(into, 'steps'));
    copyFileSync(`${root}test/clients/steps/steps.go`, join(into, 'steps/main.go'));
    await place.fetch('go', ['mod', 'tidy'], into);
    await place.call('go', ['build', '-o', 'does-steps', './steps'], into);
    await doesSteps((args) => place.call(join(into, 'does-steps'), args, into));
  },
  'openapi-generator makes TypeScript with fetch that compiles in strict mode and does every step': async (place) => {
    const into = await generated(place, 'typescript-fetch');
    const within = (file: string) => join(place.folder, file);
    renameSync(into, within('generated'));
    for (const file of ['steps.ts', 'typescript-fetch.ts'])
      copyFileSync(`${root}test/clients/steps/${file}`, within(file));
    const compilerOptions = { ...strict, module: 'preserve', noEmit: true, allowImportingTsExtensions: true };
    // Its own options have no exact optional members.
    const options = { ...compilerOptions, exactOptionalPropertyTypes: false, verbatimModuleSyntax: false };
    writeFileSync(
      within('tsconfig.json'),
      JSON.stringify({ compilerOptions: options, files: ['typescript-fetch.ts'] }),
    );
    await place.call(process.execPath, [`${root}node_modules/typescript7/bin/tsc`, '-p', place.folder]);
    await using bundle = await rolldown({ input: within('typescript-fetch.ts'), platform: 'node', logLevel: 'silent' });
    await bundle.write({ file: within('steps.mjs') });
    const { steps }: { steps: Steps } = await import(pathToFileURL(within('steps.mjs')).href);
    await doesSteps(async ([url = '', token = '', receiver = '']) =>
      JSON.stringify(await steps({ url, token, receiver })),
    );
  },
  'openapi-generator makes C# that compiles': async (place) => {
    await place.fetch('dotnet', ['--version']);
    const into = await generated(place, 'csharp');
    await place.fetch('dotnet', ['restore'], into);
    await place.call('dotnet', ['build', '--no-restore'], into);
  },
  'openapi-generator makes Python that does every step': async (place) => {
    const into = await generated(place, 'python');
    const python = join(place.folder, 'bin/python');
    await place.fetch('python3', ['-m', 'venv', place.folder]);
    await place.fetch(python, ['-m', 'pip', 'install', '--quiet', '-r', join(into, 'requirements.txt')]);
    const steps = `${root}test/clients/steps/openapi_generator_client.py`;
    const env = { ...process.env, PYTHONPATH: into, PYTHONDONTWRITEBYTECODE: '1' };
    await doesSteps((args) => place.call(python, [steps, ...args], into, env));
  },
  'openapi-generator makes C#': async (place) => void (await generated(place, 'csharp')),
  'Spectral finds no error': async ({ folder, document, call, fetch }) => {
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    writeFileSync(join(folder, '.spectral.json'), '{"extends":["spectral:oas"]}');
    await fetch('npm', ['install', '--ignore-scripts', '@stoplight/spectral-cli@6.15.0'], folder);
    const program = join(folder, 'node_modules/.bin/spectral');
    const found: { code: string }[] = JSON.parse(
      await call(program, ['lint', document, '-r', '.spectral.json', '-f', 'json', '--quiet'], folder),
    );
    // Operations have a summary, which is their description.
    assert.deepEqual([...new Set(found.map(({ code }) => code))], ['operation-description']);
  },
};

const importAll = `import importlib, pkgutil, api
for one in pkgutil.walk_packages(api.__path__, "api."):
    importlib.import_module(one.name)`;

/** Runs a client with the arguments of the steps against a server; it has to see there what every client sees. */
async function doesSteps(does: (args: string[]) => Promise<string>) {
  await using app = await startTestApp();
  await using receiver = await startReceiver();
  const { deliveries, ...facts }: Facts = JSON.parse(await does([app.url, adminToken, receiver.url]));
  assert.equal(new Set(deliveries).size, 2);
  assert.deepEqual(facts, expected);
}

/** The package of the TypeScript client in a project of its own: compiled in strict mode, and run by a version of Node.js. */
async function packed({ folder, call, fetch }: Place, version: string) {
  const build = ['pack', '--pack-destination', folder, '--silent'];
  const name = (await call('npm', build, `${root}clients/typescript`)).trim().split('\n').at(-1) ?? '';
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  await call('npm', ['install', '--silent', '--offline', '--no-audit', `./${name}`], folder);
  await fetch(
    'npm',
    ['install', '--silent', '--no-save', '--prefix', 'node', `node-${process.platform}-${process.arch}@${version}`],
    folder,
  );
  copyFileSync(`${root}test/clients/steps/packed.ts`, join(folder, 'steps.ts'));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: strict, files: ['steps.ts'] }));
  await call(process.execPath, [`${root}node_modules/typescript7/bin/tsc`, '-p', folder]);
  await using app = await startTestApp();
  const node = join(folder, `node/node_modules/node-${process.platform}-${process.arch}/bin/node`);
  const facts = await call(node, ['steps.js', app.url, adminToken], folder);
  assert.deepEqual(JSON.parse(facts), { version: version, names: ['B', 'A'], code: 'invalid_value', accepted: 3 });
}

const strict = {
  target: 'es2022',
  lib: ['es2022', 'esnext.disposable', 'dom', 'dom.iterable'],
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
  types: [],
};

/** The code of openapi-generator for a language. */
async function generated({ folder, document, call, fetch }: Place, language: string, ...options: string[]) {
  const artifact = 'org.openapitools:openapi-generator-cli:7.25.0';
  await fetch('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`], folder);
  const into = join(folder, language);
  await call('java', [
    '-jar',
    join(folder, generator),
    'generate',
    '-g',
    language,
    '-i',
    document,
    '-o',
    into,
    ...options,
  ]);
  return into;
}

await runParts(
  Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [
      name,
      (folder: string) => {
        const document = join(folder, 'openapi.json');
        writeFileSync(document, JSON.stringify(openApi({ version: '0', url: null })));
        return part({
          folder,
          document,
          call: (program, args, cwd = root, env = process.env) => call(program, args, { cwd, env }),
          fetch: (program, args, cwd = root, env = process.env) => fetchBy(program, args, { cwd, env }),
        });
      },
    ]),
  ),
  process.argv.slice(2),
);
