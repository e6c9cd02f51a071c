import { counted, formatNumber } from '../format.ts';

/** Words of what changes things and takes changes back: differences, versions, drafts, Undo. */
export const changes = {
  undo: 'Undo',
  undone: 'Taken back.',
  diff: {
    before: 'Before',
    after: 'After',
    removed: 'removed',
    added: 'added',
    same: 'Nothing differs.',
    count: (removed: number, added: number) =>
      `${counted(removed, { one: 'line', other: 'lines' })} removed, ${formatNumber(added)} added`,
    unfold: (lines: number) => `Show ${counted(lines, { one: 'unchanged line', other: 'unchanged lines' })}`,
    secretSet: (when: string) => `(secret, set ${when})`,
    secretKept: (ref: string, when: string) => `(secret, kept in ${ref} since ${when})`,
  },
  versions: {
    title: 'Versions',
    text: 'Every save makes a version. Restoring an earlier one makes it the newest; nothing in between is lost.',
    one: (version: number) => `Version ${formatNumber(version)}`,
    present: 'Present',
    by: (name: string) => `by ${name}`,
    first: 'The first version.',
    unchanged: 'Saved without a change.',
    changed: (fields: readonly string[], more: number) =>
      more <= 0 ? `Changed: ${fields.join(', ')}` : `Changed: ${fields.join(', ')} and ${formatNumber(more)} more`,
    show: 'What changed',
    showOf: (version: number) => `What changed in version ${formatNumber(version)}`,
    whole: 'The whole document',
    wholeOf: (version: number) => `The whole document of version ${formatNumber(version)}`,
    restore: 'Restore',
    restoreOf: (version: number) => `Restore version ${formatNumber(version)}`,
    restoreTitle: (version: number) => `Restore version ${formatNumber(version)}?`,
    restoreText: 'It becomes the newest version and works from the next delivery on. This is what it changes:',
    restored: (version: number) => `Version ${formatNumber(version)} is the present one again.`,
    older: 'Older versions',
    presentLabel: 'Now',
  },
  draft: {
    restored: (when: string) => `These are your unsaved changes from ${when}.`,
    secrets: 'Secrets are not kept: enter them again.',
    discard: 'Discard',
  },
} as const;
