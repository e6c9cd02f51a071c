import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Doc } from '../../src/console/pages/docs/doc.ts';
import { docName } from '../../src/console/pages/docs/doc-name.ts';
import { escaped, linkFrom, type Places, renderDoc } from '../docs-plugin.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A document of the repository as a page of the site. */
export type SitePage = Doc & { name: string; path: string };

/** Links to pages under a heading of the README. */
export type Group = { title: string; names: string[] };

const nameOf = (path: string) => (path === 'README.md' ? 'index' : docName(path));

/** All documents, rendered. */
export function sitePages(): SitePage[] {
  const paths = globSync(['*.md', 'docs/{*,sources/*,decisions/*}.md', 'examples/README.md'], { cwd: root }).sort();
  const known = new Set(paths);
  return paths.map((path) => ({
    path,
    name: nameOf(path),
    ...renderDoc(readFileSync(`${root}${path}`, 'utf8'), onSite(path, known)),
  }));
}

/** On the site, where a link to a file that is no page becomes text, and pictures are in `images/`. */
function onSite(path: string, known: ReadonlySet<string>): Places {
  return {
    hrefOf(href) {
      if (/^https?:|^#/.test(href)) return href;
      const { path: to, hash } = linkFrom(path, href);
      return known.has(to) ? `${nameOf(to)}.html${hash}` : null;
    },
    htmlOf: (html) =>
      html.replace(/<!--.*?-->/gs, '').replace(/ (src|srcset)="([^"]+)"/g, (_, name, to) => {
        const image = linkFrom(path, to).path.replace(/^docs\//, '');
        return ` ${name}="${escaped(image)}"${name === 'src' ? ' loading="lazy"' : ''}`;
      }),
  };
}

/** The menu: the groups of links below "Read on" in the README, and a group of the pages that it does not name. */
export function groupsOf(pages: readonly SitePage[]): Group[] {
  const readme = readFileSync(`${root}README.md`, 'utf8');
  const [, list = ''] = /^## Read on\n(.*?)^## /ms.exec(readme) ?? [];
  const groups: Group[] = [];
  for (const line of list.split('\n')) {
    if (/^[A-Z][\w ]+$/.test(line)) groups.push({ title: line, names: [] });
    for (const [, href = ''] of line.matchAll(/\]\(([^)#:]+\.md)/g)) groups.at(-1)?.names.push(nameOf(href));
  }
  groups[0]?.names.push('api');
  const named = new Set(groups.flatMap(({ names }) => names));
  const isInside = ({ path }: SitePage) => /^docs\/\w+\//.test(path);
  const others = pages.filter((page) => !named.has(page.name) && !isInside(page));
  return [...groups, { title: 'More', names: others.map(({ name }) => name) }];
}
