import type { Section } from './search.ts';

/** The sections of a page, from its HTML: a heading with the text below it. */
export function sectionsOf({ name, title, main }: { name: string; title: string; main: string }): Section[] {
  return main.split(/(?=<h2 id=|<details class="operation")/).flatMap((part) => {
    const [, id] = /^<(?:h2|details class="operation") id="([^"]+)"/.exec(part) ?? [];
    const [heading, own] = /^<(?:h2|details)[^>]*>\s*(?:<summary>)?(.*?)<\/(?:h2|summary)>/s.exec(part) ?? [];
    const text = textOf(part.slice(heading?.length ?? 0));
    const section = {
      href: `${name}.html${id === undefined ? '' : `#${id}`}`,
      page: title,
      title: textOf(own ?? title),
    };
    return text === '' ? [] : [{ ...section, text }];
  });
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" };

/** The text of HTML. */
export function textOf(html: string): string {
  return html
    .replace(/<[^>]+>/g, ' ')
    .replace(/&(#?\w+);/g, (whole, name) => entities[name] ?? whole)
    .replace(/\s+/g, ' ')
    .trim();
}
