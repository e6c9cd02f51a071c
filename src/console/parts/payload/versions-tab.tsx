import { Box, Button, Group, Paper, Skeleton, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { ClientError, RouteResponse } from '../../../client/client.ts';
import { readOnlyFields } from '../../../contract/documents/read-only-fields.ts';
import type { TransferKind } from '../../../contract/documents/transfer-kinds.ts';
import type { Page } from '../../../contract/records/page.ts';
import { routeOf } from '../../data/data.ts';
import { changes, fieldsOf, terms } from '../../messages/en.ts';
import { client } from '../../session/session.ts';
import { differences } from '../form/conflict-dialog.tsx';
import { ActButton, Icon, Note, Problem, Time, Toned } from '../parts.ts';
import { Diff } from './diff.tsx';

const w = changes.versions;

type Version = RouteResponse<`get${Capitalize<TransferKind>}`>;

type Props = {
  kind: TransferKind;
  /** The present document. */
  document: { id: string; version: number };
  mayManage: boolean;
  onRestored?: (() => void) | undefined;
};

/** The versions of a thing: who saved when, what changed, and the way back. */
export function VersionsTab({ kind, document, mayManage, onRestored }: Props): ReactNode {
  const listId = `${routeOf('list', kind)}Versions` as const;
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
  if (present === undefined) return null; // there is always the present version
  // The last one of a page has nothing yet to be compared with: it comes with the next page.
  const shown = hasNextPage ? data.slice(0, -1) : data;
  return (
    <Stack gap="sm">
      <Text c="dimmed">{w.text}</Text>
      <Stack role="list" gap="xs" aria-label={terms.versions}>
        {shown.map((version, index) => (
          <Entry
            key={version.version}
            version={version}
            before={data[index + 1] ?? null}
            until={(shown[index - 1]?.version ?? document.version + 1) - 1}
            isPresent={index === 0}
            restore={
              index === 0 || !mayManage ? null : (
                <ActButton
                  size="xs"
                  aria-label={w.restoreOf(version.version)}
                  leftSection={<Icon name="retry" size={14} />}
                  route={routeOf('rollback', kind) as 'rollbackConnection'} // the routes of all kinds have the same input and output
                  input={{ params: { id: document.id }, body: { version: version.version }, ifMatch: document.version }}
                  done={w.restored(version.version)}
                  onDone={onRestored}
                  confirm={{
                    title: w.restoreTitle(version.version),
                    isDangerous: false,
                    size: 'xl',
                    children: (
                      <Stack gap="sm">
                        <Text>{w.restoreText}</Text>
                        <Diff
                          before={written(present)}
                          after={written(version)}
                          labels={{ before: changes.versions.present, after: w.one(version.version) }}
                        />
                      </Stack>
                    ),
                  }}
                >
                  {terms.restore}
                </ActButton>
              )
            }
          />
        ))}
      </Stack>
      {hasNextPage ? (
        <div>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {w.older}
          </Button>
        </div>
      ) : null}
    </Stack>
  );
}

type EntryProps = {
  version: Version;
  before: Version | null;
  /** The last number that has the same but for the status: the status alone makes no version of its own. */
  until: number;
  isPresent: boolean;
  /** The button that restores it. */
  restore: ReactNode;
};

function Entry({ version, before, until, isPresent, restore }: EntryProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const fields = before === null ? [] : fieldsOf(differences(written(before), written(version)).map(([path]) => path));
  const summary =
    before === null ? w.first : fields.length === 0 ? w.unchanged : w.changed(fields.slice(0, 4), fields.length - 4);
  return (
    <Paper role="listitem" withBorder p="sm">
      <Group justify="space-between" gap="0.5rem 1rem">
        <Stack gap={2} miw={0}>
          <Group gap="xs">
            <Text fw={600}>{w.one(version.version)}</Text>
            {isPresent ? (
              <Toned tone="good" icon="check">
                {w.present}
              </Toned>
            ) : null}
          </Group>
          <Text c="dimmed" size="sm" component="div">
            <Time at={version.updatedAt} /> {terms.by(version.updatedBy)}
          </Text>
          {until === version.version ? null : <Note>{w.statusOnly(version.version + 1, until)}</Note>}
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {summary}
          </Text>
        </Stack>
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
          {restore}
        </Group>
      </Group>
      {isOpen ? (
        <Box mt="sm">
          <Diff
            before={before === null ? null : written(before)}
            after={written(version)}
            {...(before === null ? {} : { labels: { before: w.one(before.version), after: w.one(version.version) } })}
          />
        </Box>
      ) : null}
    </Paper>
  );
}

const notWritten = new Set<string>([...readOnlyFields, 'status']);

/** The fields of a version that a restore brings back. */
function written(version: Version): Record<string, unknown> {
  return Object.fromEntries(Object.entries(version).filter(([name]) => !notWritten.has(name)));
}
