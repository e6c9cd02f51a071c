import { count } from '../counts.ts';
import { formatNumber } from '../format.ts';

/** Words of differences, versions, drafts and Undo. */
export const changes = {
  restored: (name: string) => `${name} restored`,
  diff: {
    before: 'Before',
    after: 'After',
    removed: 'removed',
    added: 'added',
    same: 'No differences',
    count: (removed: number, added: number) => `${count.lines(removed)} removed, ${formatNumber(added)} added`,
    unfold: (lines: number) => `Show ${formatNumber(lines)} unchanged ${lines === 1 ? 'line' : 'lines'}`,
    secretSet: (when: string) => `(secret, set ${when})`,
    secretKept: (ref: string, when: string) => `(secret from ${ref}, set ${when})`,
  },
  versions: {
    text: 'Each save creates a version. Restoring one creates a new version from it; the status stays as it is.',
    one: (version: number) => `Version ${formatNumber(version)}`,
    present: 'Current',
    first: 'First version',
    unchanged: 'Saved without changes',
    changed: (fields: readonly string[], more: number) =>
      `Changed: ${fields.join(', ')}${more <= 0 ? '' : ` and ${formatNumber(more)} more`}`,
    statusOnly: (first: number, last: number) =>
      first === last
        ? `Version ${formatNumber(first)} changed the status alone`
        : `Versions ${formatNumber(first)} to ${formatNumber(last)} changed the status alone`,
    show: 'Changes',
    showOf: (version: number) => `Changes in version ${formatNumber(version)}`,
    whole: 'View full document',
    wholeOf: (version: number) => `View full document of version ${formatNumber(version)}`,
    restoreOf: (version: number) => `Restore version ${formatNumber(version)}`,
    restoreTitle: (version: number) => `Restore version ${formatNumber(version)}?`,
    restoreText: 'It becomes the current version, starting with the next delivery. Changes:',
    restored: (version: number) => `Restored version ${formatNumber(version)}`,
    older: 'Older versions',
  },
  draft: {
    restored: (when: string) => `Restored unsaved changes, last edited ${when}.`,
    secrets: 'Enter secrets again: they are not part of drafts.',
    discard: 'Discard',
  },
} as const;
