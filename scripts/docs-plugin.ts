import { readFileSync } from 'node:fs';
import { posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { marked, type Token, type Tokens } from 'marked';
import type { Plugin } from 'vite';
import type { Doc } from '../src/console/pages/docs/doc.ts';
import { docName } from '../src/console/pages/docs/doc-name.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Renders `docs/x.md?doc` at build time; `?lead` gives title and lead alone. */
export function docsPlugin(): Plugin {
  return {
    name: 'docs',
    enforce: 'pre',
    load(id) {
      const [path = '', query] = id.split('?');
      if (!path.endsWith('.md') || (query !== 'doc' && query !== 'lead')) return null;
      this.addWatchFile(path);
      const { parts, ...head } = renderDoc(readFileSync(path, 'utf8'), inConsole(relative(root, path)));
      return `export default ${JSON.stringify(query === 'lead' ? head : { ...head, parts })};`;
    },
  };
}

/** Where the links of a document lead, and what becomes of its raw HTML and its images. */
export type Places = {
  /** The address of a link; null: the link becomes text. */
  hrefOf(href: string): string | null;
  htmlOf(html: string): string;
};

/**
 * Markdown to parts. A heading gets an id made of its text; links to other documents lead to their pages, those to source
 * files become text. A block of the language `template`, followed by one of `json`, is an
 * example; its info string may name a content type.
 */
export function renderDoc(markdown: string, places: Places): Doc {
  const doc: Doc = { title: '', lead: '', parts: [] };
  let heading = '';
  let html: Token[] = [];
  const tokens = marked.lexer(markdown);
  const renderer = rendererOf(places);

  function flush() {
    if (html.length > 0) doc.parts.push({ kind: 'html', html: marked.parser(html, { renderer }) });
    html = [];
  }

  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as Tokens.Generic; // `at` is within
    if (token.type === 'heading' && token['depth'] === 1) doc.title = String(token['text']);
    else if (token.type === 'code' && /^template\b/.test(String(token['lang'] ?? ''))) {
      flush();
      while (tokens[at + 1]?.type === 'space') at++;
      const [, contentType = 'application/json'] = String(token['lang']).split(' ');
      const data = JSON.parse((tokens[++at] as Tokens.Code).text); // the data of an example follows it
      doc.parts.push({ kind: 'example', title: heading, template: String(token['text']), data, contentType });
    } else {
      if (token.type === 'heading') heading = String(token['text']);
      if (token.type === 'paragraph' && doc.lead === '') doc.lead = startOf(plain(token['tokens'] as Token[])); // of a paragraph
      html.push(token);
    }
  }
  flush();
  return doc;
}

/** The first sentence, or as many as make a line. */
const startOf = (text: string) => /^.{30,}?\.(?=\s)/s.exec(text)?.[0] ?? text;

function rendererOf({ hrefOf, htmlOf }: Places) {
  const renderer = new marked.Renderer();
  const { table } = renderer;
  renderer.heading = function ({ tokens, depth, text }) {
    return `<h${depth} id="${slugOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
  };
  renderer.link = function ({ href, tokens }) {
    const inner = this.parser.parseInline(tokens);
    const to = hrefOf(href);
    return to === null ? inner : `<a href="${escaped(to)}">${inner}</a>`;
  };
  renderer.image = () => '';
  renderer.html = ({ text }) => htmlOf(text);
  // What is wide scrolls in its own frame, also by keyboard.
  renderer.code = ({ text }) => `<pre tabindex="0"><code>${escaped(text)}</code></pre>\n`;
  renderer.table = function (token) {
    return `<div class="table" tabindex="0">${table.call(this, token)}</div>`;
  };
  return renderer;
}

/** In the console, whose pages have no pictures. `path`: that of the document in the repository. */
export function inConsole(path: string): Places {
  return {
    hrefOf(href) {
      if (/^https?:|^#/.test(href)) return href;
      const { path: to, hash } = linkFrom(path, href);
      return consoleDoc.test(to) ? `/docs/${docName(to)}${hash}` : null;
    },
    htmlOf: () => '',
  };
}

const consoleDoc = /^(?:docs\/(?!console\.md)(?:sources\/)?[\w-]+|CHANGELOG)\.md$/;

/** The file of the repository that a link in a file leads to, and the heading there. */
export function linkFrom(path: string, href: string): { path: string; hash: string } {
  const [to = '', hash] = href.split('#');
  return { path: posix.join(posix.dirname(path), to), hash: hash === undefined ? '' : `#${hash}` };
}

/** The id of a heading, as GitHub makes it. */
function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
}

function plain(tokens: readonly Token[]): string {
  return tokens
    .map((token) =>
      'tokens' in token && token.tokens !== undefined ? plain(token.tokens) : String((token as Tokens.Text).text ?? ''),
    ) // leaves have a text
    .join('')
    .replace(/\s+/g, ' ');
}

/** A text in HTML, also within an attribute. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
