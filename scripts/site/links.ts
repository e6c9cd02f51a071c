/** The links, pictures and scripts of a site that lead to no file or heading of it. `files`: contents by path; of HTML as text. */
export function brokenLinks(files: ReadonlyMap<string, string | Buffer>): string[] {
  const broken: string[] = [];
  for (const [path, content] of files) {
    if (!path.endsWith('.html')) continue;
    for (const [, to = ''] of String(content).matchAll(/ (?:href|src|srcset)="([^"]*)"/g)) {
      if (/^https?:\/\/[\w.-]+/.test(to)) continue;
      const [file = '', hash] = to.replaceAll('&amp;', '&').split('#');
      const target = files.get(file === '' ? path : decodeURI(file));
      if (target === undefined) broken.push(`${path}: ${to}`);
      else if (hash !== undefined && !String(target).includes(` id="${decodeURIComponent(hash)}"`))
        broken.push(`${path}: ${to}`);
    }
  }
  return broken;
}
