import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';

// Checks names and prose for retired terms. Names are checked word by word (`gateOf` has the words gate and of); prose
// is comments, string literals and documents. Of the console and its tests, prose alone is checked.

/** Words not allowed in names, with their replacements. */
const retiredNames: Readonly<Record<string, string>> = {
  anew: 'again',
  ailments: 'problems',
  answer: 'response, result',
  answered: 'responded, filled',
  answers: 'responses, results',
  bench: 'context',
  beside: 'a noun',
  blame: 'culprit',
  blamed: 'culprit',
  bond: 'fingerprint',
  circumstances: 'overrides',
  condemned: 'terminating',
  deliverer: 'dispatcher',
  departure: 'decision',
  desk: 'notifier, registry',
  door: 'http',
  gate: 'hold',
  gates: 'holds',
  gathering: 'batch assembly, digest',
  ground: 'storage',
  guilty: 'culprit',
  hire: 'spawn',
  kin: 'key',
  lane: 'queue, connection, key',
  lanes: 'queues, connections, keys',
  luck: 'random',
  mend: 'resolve',
  outlook: 'status',
  patience: 'max delay',
  picture: 'snapshot',
  shelf: 'bucket',
  sight: 'occurrences',
  studio: 'preview',
  told: 'reported',
  troubles: 'failures',
  untell: 'cancel',
  unwell: 'failed',
  upkeep: 'retention',
  whither: 'destination',
};

/** Patterns not allowed in tests, benchmarks and scripts either. */
const retiredEverywhere: readonly [pattern: RegExp, cure: string][] = [[/\bmeanwhile\b/i, 'say during what']];

/** Patterns not allowed in prose, with their replacements. Case-insensitive. */
const retiredProse: readonly [pattern: RegExp, cure: string][] = [
  [/\bwhoever\b/i, 'name the part or the person'],
  [/\bwhither\b/i, 'where'],
  [/\bfor ever\b/i, 'forever, without end, or a bound'],
  [/\blest\b/i, 'so that … not'],
  [/\b(?:nobody|somebody)\b/i, 'no one, a person, or the part by its name'],
  [/\banew\b/i, 'again'],
  [/\balike\b/i, 'both, the same'],
  [/\bcan not\b/i, "can't, cannot"],
  [/\bof its own accord\b/i, 'automatically'],
  [/\b(?:put|puts|set) right\b/i, 'correct, fix'],
  [/\bguilty\b/i, 'the culprit, the failing one'],
  ...retiredEverywhere,
  [/\bon the wire\b/i, 'in flight'],
  [/\b(?:by itself|by themselves)\b/i, 'automatically, alone'],
  [/\bstands? (?:there|beside|behind|before)\b/i, 'is'],
  [/\bgoes out\b/i, 'is sent'],
  [/\bbelongs into\b/i, 'belongs in'],
  [/\btime-outs?\b/i, 'timeout'],
  [/\bbehaviours?\b/i, 'behavior'],
  [/\bhand(?:s|ed)? over\b/i, 'share, pass'],
  [/\bwhat (?:stands|waits|comes in|came in|goes)\b/i, 'the noun: draft, pending deliveries, events'],
];

/** Patterns not allowed in any text, in addition to those of prose. */
const retiredTexts: readonly [pattern: RegExp, cure: string][] = [
  [/\bshall\b/i, 'should'],
  [/\bmay\b(?! (?:have|be|arrive)\b)/i, 'can, is allowed to'],
  [
    /^ (?:is|are) (?:saved|made|created|deleted|enabled|disabled|paused|cancelled|started|ended|copied|changed)(?=[.:]|$)/,
    'the past: “x saved”',
  ],
  [
    /^(?:It|This \w+|Your \w+|The \w+) (?:is|are) (?:saved|made|created|deleted|started|ended|copied|changed|cancelled)\.?$/,
    'the past: “Saved”',
  ],
  [/\b(?:everybody|anybody)\b/i, 'everyone, anyone'],
  [/\bblanks?\b/i, 'spaces'],
  [/\bfor good\b/i, 'This can’t be undone.'],
  [/\b(?:rests|resting)\b/, 'is suspended'],
  [/\b(?:mends?|put on hold)\b/i, 'fixes, holds'],
  [/\d(?:ms|kB|MB|GB)\b|\d %/, 'a space between number and unit, none before %'],
];

/** Patterns not allowed in the texts of the console, in addition to those of all texts. */
const retiredInConsole: readonly [pattern: RegExp, cure: string][] = [
  ...retiredTexts,
  [/\bmust\b(?! (?:match|differ)\b)/i, 'the imperative: Enter …'],
  [/^What (?!to )\w+(?!.*\?)/, 'a noun'],
  [/\b(?:of|for|with|by|from|in|to|beside) what (?:is|was|are|were|has|would|you|it|they)\b/i, 'a noun'],
  [/\bstands?\b/i, 'is'],
  [/\b(?:take|takes|taken) over\b/i, 'insert, import'],
  [/\banswer(?:s|ed)?\b/i, 'response, responds, returns'],
];

export type Finding = { file: string; line: number; text: string; cure: string };

/** Retired words in the given files (TypeScript and Markdown), in order. */
export function retiredWords(files: readonly string[]): Finding[] {
  return files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return file.endsWith('.md') ? inProse(file, text, 0) : inSource(file, text);
  });
}

/** Retired phrases in the texts of the given TypeScript files, those of the console by stricter rules. */
export function retiredPhrases(files: readonly string[]): Finding[] {
  return files.flatMap((file) => {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    const isOfConsole = file.includes('src/console/');
    const found: Finding[] = [];
    function visit(node: ts.Node) {
      const text = textOf(node);
      if (text?.includes(' ')) {
        const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
        found.push(...inProse(file, text, line, isOfConsole ? retiredInConsole : retiredTexts));
        if (isOfConsole) found.push(...inProse(file, text, line));
      }
      ts.forEachChild(node, visit);
    }
    visit(source);
    return found;
  });
}

/** The text of a literal, or of one part of a template; null: another node. */
function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteralLike(node)) return ts.isImportDeclaration(node.parent) ? null : node.text;
  if (node.kind === ts.SyntaxKind.TemplateHead || ts.isTemplateMiddleOrTemplateTail(node))
    return (node as ts.TemplateLiteralLikeNode).text; // of this kind
  return null;
}

function inSource(file: string, text: string): Finding[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lineAt = (position: number) => source.getLineAndCharacterOfPosition(position).line + 1;
  const isOfConsole = file.includes('/console/');
  const found: Finding[] = [];
  const comments = new Set<number>();

  function visit(node: ts.Node) {
    if (ts.isIdentifier(node) && !isOfConsole) found.push(...inName(file, lineAt(node.getStart(source)), node.text));
    if (
      ts.isStringLiteralLike(node) ||
      node.kind === ts.SyntaxKind.TemplateHead ||
      ts.isTemplateMiddleOrTemplateTail(node)
    )
      found.push(...inProse(file, node.getText(source), lineAt(node.getStart(source)) - 1));
    for (const range of ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []) {
      if (comments.has(range.pos)) continue;
      comments.add(range.pos);
      found.push(...inProse(file, text.slice(range.pos, range.end), lineAt(range.pos) - 1));
    }
    ts.forEachChild(node, visit);
  }

  visit(source);
  return found.sort((a, b) => a.line - b.line);
}

/** A limit is named for its unit, with `Max` last: `bytesMax`, `delayMsMax`. `atMost` is a comparison. */
const otherLimits = /(?<!^at)Most(?:Ms|Bytes)?$|_(?:MAX|MIN)(?:_MS)?$|MaxMs$/;

/** Words with one meaning in a folder: names that have them for it, and what others are called. */
const ownWords: readonly { folder: string; word: RegExp; names: readonly string[]; cure: string }[] = [
  {
    folder: 'src/pipeline/',
    word: /^place$|^place[A-Z]|Places?$/,
    names: ['placeOf'],
    cure: 'position, index, key; a place is the time, partition and number in an id',
  },
];

/** Names that are published or stored, and stay as they are. */
const publishedNames = new Set(['JudgedAnswer', 'judgedAnswer', 'lastAnswer']);

function inName(file: string, line: number, name: string): Finding[] {
  for (const { folder, word, names, cure } of ownWords)
    if (file.includes(folder) && word.test(name) && !names.includes(name))
      return [{ file, line, text: `the name ${name}`, cure }];
  if (otherLimits.test(name))
    return [{ file, line, text: `the name ${name}`, cure: 'Max, last: bytesMax, delayMsMax' }];
  if (publishedNames.has(name)) return [];
  return name.split(/(?<=[a-z\d])(?=[A-Z])|_/).flatMap((word) => {
    const cure = Object.hasOwn(retiredNames, word.toLowerCase()) ? retiredNames[word.toLowerCase()] : undefined;
    return cure === undefined ? [] : [{ file, line, text: `the name ${name}`, cure }];
  });
}

function inProse(file: string, text: string, before: number, patterns = retiredProse): Finding[] {
  return text.split('\n').flatMap((line, index) =>
    patterns.flatMap(([pattern, cure]) => {
      const hit = pattern.exec(line);
      return hit === null ? [] : [{ file, line: before + index + 1, text: `“${hit[0]}”`, cure }];
    }),
  );
}

/** What is retired everywhere, in the given files. */
export function retiredInTests(files: readonly string[]): Finding[] {
  return files.flatMap((file) => inProse(file, readFileSync(file, 'utf8'), 0, retiredEverywhere));
}

/** Tests, benchmarks and scripts. */
export const testFiles = (): string[] =>
  globSync(['{src,test}/**/*.{test,testing,conformance}.{ts,tsx}', '{test,bench,scripts}/**/*.ts']).sort();

/** The checked files: the program, the tests of the console, and the documents. */
export function wordFiles(): string[] {
  const sources = globSync('src/**/*.{ts,tsx}').filter((file) => !/\.(test|testing)\.tsx?$/.test(file));
  const others = globSync(['test/console/*.ts', '*.md', 'docs/**/*.md', 'src/console/README.md']);
  return [...sources, ...others].sort();
}

/** The files whose texts people read: the console's catalogue, and the server with its commands. */
export function phraseFiles(): string[] {
  const console = globSync(['src/console/messages/**/*.ts', 'src/console/presets/*.ts']);
  return [
    ...console.filter((file) => !file.endsWith('.test.ts')),
    ...wordFiles().filter((file) => file.endsWith('.ts') && !file.includes('/console/')),
  ];
}
