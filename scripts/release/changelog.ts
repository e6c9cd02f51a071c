/** The text of a section of the changelog, without its heading; null: there is none. `name`: `Unreleased` or a version. */
export function sectionOf(changelog: string, name: string): string | null {
  const sections = changelog.split(/^## /m).slice(1);
  const found = sections.find((one) => new RegExp(`^${escaped(name)}(?: |\n|$)`).test(one));
  return found === undefined ? null : found.slice(found.indexOf('\n') + 1).trim();
}

/** The changelog with `Unreleased` as the section of a version. Throws an Error of one sentence when there is nothing to release. */
export function cut(changelog: string, version: string, day: string): string {
  const open = sectionOf(changelog, 'Unreleased') ?? '';
  const own = sectionOf(changelog, version);
  if (own !== null && open !== '')
    throw new Error(`Move the lines of Unreleased to the section ${version}, which CHANGELOG.md has already.`);
  if (own !== null) return changelog;
  if (open === '') throw new Error('CHANGELOG.md has no line under Unreleased: there is nothing to release.');
  return changelog.replace(/^## Unreleased$/m, `## ${version} (${day})`);
}

const escaped = (text: string) => text.replace(/[.+]/g, '\\$&');
