import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { apiQuery } from '../../data/api.ts';
import { parts } from '../../messages/en/parts.ts';
import { roles as words } from '../../messages/en/roles.ts';
import { settings } from '../../messages/en/settings.ts';
import { Icon } from '../../parts/icon.tsx';
import { notifyDone } from '../../parts/notify.ts';
import { Problem } from '../../parts/problem.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { DeleteRole } from './delete-role.tsx';
import { RoleEditor } from './role-editor.tsx';

export function RolePage(): ReactNode {
  const { roleId } = useParams({ from: '/shell/settings/roles/$roleId' });
  const navigate = useNavigate();
  const mayManage = useMay('users:manage');
  const [isDeleting, setDeleting] = useState(false);
  const { data, error, refetch } = useQuery(apiQuery('getRole', { params: { id: roleId } }));
  const toList = () => void navigate({ to: '/settings/roles' });
  return (
    <Page
      title={words.one}
      object={data?.name ?? words.one}
      id={data?.id}
      right="users:view"
      crumbs={[
        { label: settings.title, to: '/settings' },
        { label: words.title, to: '/settings/roles' },
      ]}
      lead={data === undefined ? undefined : words.users(data.users)}
      actions={
        data !== undefined && mayManage && !data.fixed ? (
          <Button variant="default" leftSection={<Icon name="trash" />} onClick={() => setDeleting(true)}>
            {words.delete}
          </Button>
        ) : undefined
      }
    >
      {error !== null && data === undefined ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {data === undefined && error === null ? <Skeleton height={320} aria-busy="true" /> : null}
      {data === undefined ? null : (
        <RoleEditor
          key={roleId}
          stored={data}
          onSaved={({ name }) => notifyDone(parts.saved(name))}
          onCancel={toList}
        />
      )}
      <DeleteRole role={isDeleting ? (data ?? null) : null} onClose={() => setDeleting(false)} onDeleted={toList} />
    </Page>
  );
}
