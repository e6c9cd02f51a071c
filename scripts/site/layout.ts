import { escaped } from '../docs-plugin.ts';
import type { Group } from './pages.ts';

type Laid = { name: string; title: string; main: string };

/** A page as HTML: header with the search, menu, contents of the page. */
export function laidOut(
  { name, title, main }: Laid,
  groups: readonly Group[],
  titles: ReadonlyMap<string, string>,
): string {
  const link = (to: string) =>
    `<li><a href="${to}.html"${to === name ? ' aria-current="page"' : ''}>${escaped(titles.get(to) ?? to)}</a></li>`;
  const menu = groups
    .map((group) => `<h2>${escaped(group.title)}</h2>\n<ul>${group.names.map(link).join('\n')}</ul>`)
    .join('\n');
  const full = name === 'index' ? 'Millrace' : `${title} · Millrace`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(full)}</title>
<link rel="stylesheet" href="site.css">
<script src="search.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header>
<a class="brand" href="index.html">Millrace</a>
<search>
<input type="search" id="search" placeholder="Search" aria-label="Search the documentation" autocomplete="off" spellcheck="false">
<div id="found" role="status"></div>
</search>
<a class="to-menu" href="#menu">Pages</a>
</header>
<div class="frame">
<main id="main" tabindex="-1">
<h1>${escaped(title)}</h1>
${contents(main)}
${main}
</main>
<nav id="menu" class="menu" aria-label="Pages">
${menu}
</nav>
</div>
</body>
</html>
`;
}

/** Links to the sections of a long page. */
function contents(main: string): string {
  const sections = [...main.matchAll(/<h2 id="([^"]+)">(.*?)<\/h2>/g)];
  if (sections.length < 3) return '';
  const links = sections.map(([, id, text]) => `<li><a href="#${id}">${text?.replace(/<\/?a\b[^>]*>/g, '')}</a></li>`);
  return `<nav class="contents" aria-label="On this page"><ul>${links.join('\n')}</ul></nav>`;
}
