/** A section of a page: what the search finds. */
export type Section = { href: string; page: string; title: string; text: string };

const foundMax = 12;

/** The sections that have every word of a query, best first: in the title of the section, of the page, in the text. */
export function found(sections: readonly Section[], query: string): Section[] {
  const words = query.toLowerCase().match(/[\p{L}\p{N}_.-]+/gu) ?? [];
  if (words.length === 0) return [];
  return sections
    .map((section) => ({ section, score: scoreOf(section, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, foundMax)
    .map(({ section }) => section);
}

function scoreOf({ page, title, text }: Section, words: readonly string[]): number {
  const [inPage, inTitle, inText] = [page, title, text].map((one) => one.toLowerCase());
  let score = 0;
  for (const word of words) {
    const own = (inTitle?.includes(word) ? 12 : 0) + (inPage?.includes(word) ? 6 : 0);
    const times = (inText?.split(word).length ?? 1) - 1;
    if (own + times === 0) return 0;
    score += own + Math.min(times, 4);
  }
  return score;
}

/** The text of a section around the first word of a query that it has. */
export function excerpt({ text }: Section, query: string): string {
  const words = query.toLowerCase().match(/[\p{L}\p{N}_.-]+/gu) ?? [];
  const places = words.map((word) => text.toLowerCase().indexOf(word)).filter((at) => at >= 0);
  const from = Math.max(0, Math.min(...places, text.length) - 50);
  const start = from === 0 ? 0 : text.indexOf(' ', from) + 1;
  return `${start === 0 ? '' : '… '}${text.slice(start, start + 140)}${text.length > start + 140 ? ' …' : ''}`;
}
