import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { phraseFiles, retiredInTests, retiredPhrases, retiredWords, testFiles, wordFiles } from '../scripts/words.ts';
import { outcomes } from '../src/console/messages/en.ts';

test('the check of words finds planted ones in names, comments, texts and documents, and nothing else', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-words-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const source = join(folder, 'a.ts');
  const document = join(folder, 'a.md');
  writeFileSync(
    source,
    [
      '/** Tells whoever listens. */',
      "export const gateOf = () => 'It can not be sent.';",
      '// Aggregates navigate: parts of words are no words.',
      'export const aggregate = 1;',
      '',
    ].join('\n'),
  );
  writeFileSync(document, 'A delivery waits.\nIt waits for ever.\n');
  assert.deepEqual(
    retiredWords([source, document]).map(({ file, line, text }) => [file.slice(-4), line, text]),
    [
      ['a.ts', 1, '“whoever”'],
      ['a.ts', 2, 'the name gateOf'],
      ['a.ts', 2, '“can not”'],
      ['a.md', 2, '“for ever”'],
    ].map(([file, line, text]) => [String(file).padStart(4, '/'), line, text]),
  );
  assert.ok(wordFiles().length > 100, 'the check reads the program');

  const word = ['mean', 'while'].join('');
  writeFileSync(source, `// A delivery waits ${word}.\ntest('a gate waits for ever', () => {});\n`);
  assert.deepEqual(
    retiredInTests([source]).map(({ line, text }) => [line, text]),
    [[1, `“${word}”`]],
    'of tests, this word alone',
  );
  assert.ok(testFiles().length > 100, 'the check reads the tests');

  const ofPipeline = join(folder, 'src/pipeline/a.ts');
  mkdirSync(join(folder, 'src/pipeline'), { recursive: true });
  writeFileSync(ofPipeline, 'export const [placeOf, replaced, place, ownPlace] = [1, 2, 3, 4];\n');
  assert.deepEqual(
    retiredWords([ofPipeline]).map(({ text }) => text),
    ['the name place', 'the name ownPlace'],
  );
});

test('the check of phrases finds what no product writer would put into a console', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-phrases-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'src/console/a.ts');
  mkdirSync(join(folder, 'src/console'), { recursive: true });
  const bad = [
    '`$' + '{name} is saved.`',
    "'It is made.'",
    "'Must not be empty.'",
    "'You may change it.'",
    "'It shall watch.'",
    "'What is held'",
    "'The event, with what is stored of it'",
    "'In 2ms, 95 %'",
    "'The system answered.'",
    "'The connection rests.'",
    "'It can not be deleted.'",
  ];
  const good = [
    '`$' + '{name} saved`',
    "'It may have been deleted.'",
    "'Must match the receiver’s secret.'",
    "'What to send and where'",
    "'In 2 ms, 95%'",
    "'The interest rate is disabled.'",
  ];
  writeFileSync(file, [...bad, ...good].map((text) => `export const ${'_'} = (name: string) => ${text};`).join('\n'));
  const lines = new Set(retiredPhrases([file]).map(({ line }) => line));
  assert.deepEqual(
    [...lines].sort((a, b) => a - b),
    bad.map((_, at) => at + 1),
  );
});

test('no text of the console, the server or its commands has a retired phrase', () => {
  const files = phraseFiles();
  assert.ok(files.length > 400, 'the check reads the catalogue and the server');
  assert.deepEqual(retiredPhrases(files), []);
});

type Text = (...values: never[]) => unknown;

/** Every text of the catalogue that is made from values, with its place. */
function composed(value: unknown, place: string): [place: string, text: Text][] {
  if (typeof value === 'function') return [[place, value as Text]]; // of the catalogue
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => composed(inner, `${place}.${key}`));
}

test('texts made from a sentence of the server have one full stop at a time', async () => {
  const messages = await Promise.all(
    phraseFiles()
      .filter((file) => file.startsWith('src/console/messages/en/'))
      .map(async (file) => [file, await import(join(process.cwd(), file))] as const),
  );
  const sentence = /^(reason|detail|message|error)$/;
  const made = messages
    .flatMap(([file, module]) => composed(module, file))
    .flatMap(([place, text]) => {
      const names =
        /\(([^)]*)\)/
          .exec(String(text))?.[1]
          ?.split(',')
          .map((name) => name.trim()) ?? [];
      if (!names.some((name) => sentence.test(name))) return [];
      return ['It failed.', 'it failed'].map((given) => {
        // Numbers read well for names, too.
        const values = names.map((name) => (sentence.test(name) ? given : name === 'code' ? 'exhausted' : 3));
        return [place, String(text(...(values as never[])))] as const;
      });
    });
  assert.ok(made.length > 10);
  // Causes are the end of such a sentence.
  const causes = [...Object.values(outcomes.reason), ...Object.values(outcomes.errorKind)].map(({ why }) => why);
  assert.deepEqual(
    causes.filter((why) => /^[A-Z](?!LS)|\.$/.test(why)),
    [],
  );
  assert.deepEqual(
    made.filter(([, text]) => /\.\.|\.[:;,)]|[a-z]\) [A-Z]|failed [A-Z]/.test(text)),
    [],
  );
});
