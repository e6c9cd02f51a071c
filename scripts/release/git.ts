import { execFileSync } from 'node:child_process';

/** What a release needs of the repository of a checkout. */
export type Repository = ReturnType<typeof repositoryOf>;

export function repositoryOf(root: string) {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trimEnd();
  return {
    /** Changed and unknown files; ignored ones are left out. */
    changes: () => git('status', '--porcelain').split('\n').filter(Boolean),
    commit: () => git('rev-parse', 'HEAD'),
    tree: () => git('rev-parse', 'HEAD^{tree}'),
    /** Seconds since 1970. */
    committedAt: () => Number(git('log', '-1', '--format=%ct')),
    /** The commit of a tag; null: there is none. */
    tagged: (tag: string): string | null =>
      git('tag', '--list', tag) === '' ? null : git('rev-parse', `${tag}^{commit}`),
    /** The address of `origin` without credentials; null: there is none. */
    origin() {
      const [address] = git('remote').split('\n').includes('origin') ? [git('remote', 'get-url', 'origin')] : [null];
      return address?.replace(/\/\/[^@/]*@/, '//') ?? null;
    },
    tag: (tag: string, message: string) => git('tag', '--annotate', tag, '--message', message),
    commitAll(message: string) {
      git('add', '--all');
      git('commit', '--quiet', '--message', message);
    },
    /** Writes the files of the commit as an archive of tar. */
    archive: (file: string, prefix: string) => git('archive', '--format=tar', `--prefix=${prefix}`, '-o', file, 'HEAD'),
  };
}
