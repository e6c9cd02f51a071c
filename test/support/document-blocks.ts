import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { marked } from 'marked';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A code block of a document. `name` is its document and its number there, from 1. */
export type Block = { name: string; language: string; text: string };

/** The code blocks of the documents for users; those of templates with their data are rendered for the documentation site. */
export function documentBlocks(): Block[] {
  const paths = ['README.md', 'examples/README.md', ...globSync('docs/{*,sources/*}.md', { cwd: root })];
  return paths.sort().flatMap((path) => {
    const tokens = marked.lexer(readFileSync(`${root}${path}`, 'utf8')).filter(({ type }) => type !== 'space');
    const isExample = (at: number) => /^template\b/.test(languageOf(tokens[at]));
    const found = tokens.flatMap((token, at) => {
      if (token.type !== 'code' || isExample(at) || (isExample(at - 1) && languageOf(token) === 'json')) return [];
      return [{ language: languageOf(token), text: String(token['text']) }];
    });
    return found.map((block, at) => ({ name: `${path} ${at + 1}`, ...block }));
  });
}

const languageOf = (token: object | undefined): string =>
  token !== undefined && 'lang' in token && typeof token.lang === 'string' ? token.lang : '';

/** The `millrace` commands of a block of shell commands, as their words. */
export function commandsOf(text: string): string[][] {
  return text.split('\n').flatMap((line) => {
    const [, command] = /^(?:npm run millrace --|millrace) (.*?)(?:\s+#.*)?$/.exec(line) ?? [];
    if (command === undefined) return [];
    return [
      [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, one, two, three]) => one ?? two ?? three ?? ''),
    ];
  });
}
