import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { Answer, ClientError } from '../../../client/client.ts';
import { readOnlyFields } from '../../../contract/documents/read-only-fields.ts';
import type { Page } from '../../../contract/records/page.ts';
import { useApi } from '../../data/api.ts';
import { changes } from '../../messages/en/changes.ts';
import { terms } from '../../messages/en/terms.ts';
import { client } from '../../session/session.ts';
import { ConfirmDialog } from '../form/confirm-dialog.tsx';
import { differences } from '../form/conflict-dialog.tsx';
import { Icon } from '../icon.tsx';
import { notifyDone } from '../notify.ts';
import { Problem } from '../problem.tsx';
import { Time } from '../time.tsx';
import { Diff } from './diff.tsx';
import css from './versions-tab.module.css';

const w = changes.versions;

const routes = {
  connection: ['listConnectionVersions', 'rollbackConnection'],
  destination: ['listDestinationVersions', 'rollbackDestination'],
  action: ['listActionVersions', 'rollbackAction'],
  behavior: ['listBehaviorVersions', 'rollbackBehavior'],
  collector: ['listCollectorVersions', 'rollbackCollector'],
  alert: ['listAlertVersions', 'rollbackAlert'],
} as const;

type Kind = keyof typeof routes;
type Version = Answer<'getConnection' | 'getDestination' | 'getAction' | 'getBehavior' | 'getCollector' | 'getAlert'>;

type Props = {
  kind: Kind;
  /** The present document. */
  document: { id: string; version: number };
  mayManage: boolean;
  onRestored?: () => void;
};

/** The versions of a thing: who saved when, what changed, and the way back. */
export function VersionsTab({ kind, document, mayManage, onRestored }: Props): ReactNode {
  const [listId, rollbackId] = routes[kind];
  const [restored, ask] = useState<Version | null>(null);
  const rollback = useApi(rollbackId as 'rollbackConnection'); // the routes of all kinds take and answer alike
  const query = useInfiniteQuery<Page<Version>, ClientError, Version[], unknown[], string | undefined>({
    queryKey: [listId, document.id, document.version],
    queryFn: ({ pageParam, signal }) =>
      client().call(listId as 'listConnectionVersions', {
        params: { id: document.id },
        query: { limit: 50, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined,
    getNextPageParam: ({ page }) => page.next ?? undefined,
    select: ({ pages }) => pages.flatMap(({ data }) => data),
  });
  const { data, error, hasNextPage } = query;
  if (error !== null && data === undefined) return <Problem error={error} onRetry={() => void query.refetch()} />;
  if (data === undefined)
    return (
      <Stack aria-busy="true">
        <Skeleton height={64} />
        <Skeleton height={64} />
        <Skeleton height={64} />
      </Stack>
    );
  const [present] = data;
  // The last one of a page has nothing yet to be compared with: it comes with the next page.
  const shown = hasNextPage ? data.slice(0, -1) : data;
  return (
    <Stack gap="sm">
      <Text c="dimmed">{w.text}</Text>
      <ol className={css['versions']} aria-label={terms.versions}>
        {shown.map((version, index) => (
          <Entry
            key={version.version}
            version={version}
            before={data[index + 1] ?? null}
            isPresent={index === 0}
            onRestore={mayManage ? () => ask(version) : null}
          />
        ))}
      </ol>
      {hasNextPage ? (
        <div>
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {w.older}
          </Button>
        </div>
      ) : null}
      <ConfirmDialog
        isOpen={restored !== null}
        size="xl"
        title={w.restoreTitle(restored?.version ?? 0)}
        verb={terms.restore}
        isDangerous={false}
        isBusy={rollback.isPending}
        error={rollback.error}
        onCancel={() => {
          rollback.reset();
          ask(null);
        }}
        onConfirm={() => {
          if (restored === null) return;
          const { version } = restored;
          rollback.mutate(
            { params: { id: document.id }, body: { version }, ifMatch: document.version },
            {
              onSuccess() {
                ask(null);
                notifyDone(w.restored(version));
                onRestored?.();
              },
            },
          );
        }}
      >
        <Stack gap="sm">
          <Text>{w.restoreText}</Text>
          {restored === null || present === undefined ? null : (
            <Diff
              before={written(present)}
              after={written(restored)}
              labels={{ before: changes.versions.present, after: w.one(restored.version) }}
            />
          )}
        </Stack>
      </ConfirmDialog>
    </Stack>
  );
}

type EntryProps = {
  version: Version;
  before: Version | null;
  isPresent: boolean;
  onRestore: (() => void) | null;
};

function Entry({ version, before, isPresent, onRestore }: EntryProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const fields =
    before === null ? [] : [...new Set(differences(written(before), written(version)).map(([path]) => path))];
  const summary =
    before === null ? w.first : fields.length === 0 ? w.unchanged : w.changed(fields.slice(0, 4), fields.length - 4);
  return (
    <li className={css['version']}>
      <div className={css['head']}>
        <div className={css['words']}>
          <Group gap="xs">
            <Text fw={600}>{w.one(version.version)}</Text>
            {isPresent ? (
              <Text span size="sm" fw={550} c="var(--console-good)">
                <Icon name="check" size={12} /> {w.present}
              </Text>
            ) : null}
          </Group>
          <Text c="dimmed" size="sm" component="div">
            <Time at={version.updatedAt} /> {terms.by(version.updatedBy)}
          </Text>
          <Text size="sm" className={css['summary'] ?? ''}>
            {summary}
          </Text>
        </div>
        <Group gap="xs">
          <Button
            variant="subtle"
            color="gray"
            size="xs"
            aria-expanded={isOpen}
            aria-label={before === null ? w.wholeOf(version.version) : w.showOf(version.version)}
            leftSection={<Icon name="code" size={14} />}
            onClick={() => setOpen(!isOpen)}
          >
            {before === null ? w.whole : w.show}
          </Button>
          {isPresent || onRestore === null ? null : (
            <Button
              variant="default"
              size="xs"
              aria-label={w.restoreOf(version.version)}
              leftSection={<Icon name="retry" size={14} />}
              onClick={onRestore}
            >
              {terms.restore}
            </Button>
          )}
        </Group>
      </div>
      {isOpen ? (
        <Diff
          before={before === null ? null : written(before)}
          after={written(version)}
          {...(before === null ? {} : { labels: { before: w.one(before.version), after: w.one(version.version) } })}
        />
      ) : null}
    </li>
  );
}

const notWritten = new Set<string>([...readOnlyFields, 'status']);

/** The fields of a version that a restore brings back. */
function written(version: Version): Record<string, unknown> {
  return Object.fromEntries(Object.entries(version).filter(([name]) => !notWritten.has(name)));
}
