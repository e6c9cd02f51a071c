/**
 * The name of a document in addresses, by its path in the repository: `docs/sources/segment.md` is `sources-segment`, and a
 * README has the name of its folder.
 */
export function docName(path: string): string {
  return path
    .replace(/^docs\/(?=.)/, '')
    .replace(/(?:\/README)?\.md$/, '')
    .replaceAll('/', '-')
    .toLowerCase();
}
