import { Button, Group, Skeleton, Text, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { apiQuery } from '../../data/api.ts';
import { behaviors as words } from '../../messages/en/behaviors.ts';
import { DetailTabs } from '../../parts/detail-tabs.tsx';
import { Icon } from '../../parts/icon.tsx';
import { deleteDocument } from '../../parts/list/delete-document.ts';
import { notifyDone } from '../../parts/notify.ts';
import { ShownTexts } from '../../parts/payload/show-as.tsx';
import { VersionsTab } from '../../parts/payload/versions-tab.tsx';
import { Problem } from '../../parts/problem.tsx';
import type { Behavior } from '../../parts/rules/use-behaviors.ts';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { BehaviorEditor } from './behavior-editor.tsx';
import { blockedBy } from './behavior-menu.tsx';
import { UsedByTab } from './used-by-tab.tsx';

const w = words.details;

export function BehaviorPage(): ReactNode {
  const { behaviorId } = useParams({ from: '/shell/behaviors/$behaviorId' });
  const { tab = 'details' } = useSearch({ from: '/shell/behaviors/$behaviorId' });
  const navigate = useNavigate({ from: '/behaviors/$behaviorId' });
  const mayManage = useMay('behaviors:manage');
  const { data, error, refetch } = useQuery(apiQuery('getBehavior', { params: { id: behaviorId } }));
  const toList = () => void navigate({ to: '/behaviors' });
  return (
    <Page
      title={w.tabs[tab]}
      object={data?.name ?? words.one}
      id={data?.id}
      right="behaviors:view"
      crumbs={[{ label: words.title, to: '/behaviors' }]}
      lead={
        data?.standard === true ? (
          <Group gap="xs">
            <Icon name="lock" size={13} />
            <Text span>{words.standard}</Text>
          </Group>
        ) : undefined
      }
      actions={
        data === undefined || !mayManage ? undefined : (
          <>
            <Button component={Link} to="/behaviors/new" search={{ from: data.id } as never} variant="default">
              {words.duplicate}
            </Button>
            <DeleteButton behavior={data} onDeleted={toList} />
          </>
        )
      }
    >
      {error !== null && data === undefined ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {data === undefined && error === null ? <Skeleton height={260} aria-busy="true" /> : null}
      {data === undefined ? null : (
        <DetailTabs
          label={w.tabList}
          names={w.tabs}
          shown={tab}
          onShow={(next) => void navigate({ search: { tab: next } })}
          panels={{
            details: (
              <BehaviorEditor
                key={data.id}
                stored={data}
                draftKey={`/behaviors/${data.id}`}
                onSaved={({ name }) => notifyDone(w.saved(name))}
                onCancel={toList}
              />
            ),
            used: <UsedByTab behavior={data} />,
            versions: <VersionsTab kind="behavior" document={data} mayManage={mayManage && !data.standard} />,
            yaml: <ShownTexts kind="behaviors" document={data} />,
          }}
        />
      )}
    </Page>
  );
}

/** Stays reachable when it is grey, and says why. */
function DeleteButton({ behavior, onDeleted }: { behavior: Behavior; onDeleted: () => void }): ReactNode {
  const blocked = blockedBy(behavior);
  const button = (
    <Button
      variant="default"
      leftSection={<Icon name="trash" />}
      {...(blocked === null ? {} : { 'data-disabled': true, 'aria-disabled': true, 'aria-description': blocked })}
      onClick={() => {
        if (blocked === null) void deleteDocument({ ...behavior, kind: 'behavior' }, onDeleted);
      }}
    >
      {words.delete}
    </Button>
  );
  return blocked === null ? button : <Tooltip label={blocked}>{button}</Tooltip>;
}
