import { Menu } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { actions as words } from '../../messages/en/actions.ts';
import { terms } from '../../messages/en/terms.ts';
import { useStatusChange } from '../../parts/document/use-status-change.ts';
import { deleteDocument } from '../../parts/list/delete-document.ts';
import { RowMenu } from '../../parts/list/row-menu.tsx';
import { notifyFailed } from '../../parts/notify.ts';
import { saveExport } from '../../parts/payload/shown-as.ts';
import { useMay } from '../../session/rights.ts';
import type { Action } from './action.ts';

/** The menu of an action, in its row and on its page. */
export function ActionMenu({ action, onDeleted }: { action: Action; onDeleted?: () => void }): ReactNode {
  const mayManage = useMay('actions:manage');
  const { toggle } = useSwitch();
  const { id, name, status } = action;
  const params = { actionId: id } as never;
  return (
    <RowMenu name={name}>
      <Menu.Item component={Link} to="/actions/$actionId" params={params}>
        {terms.open}
      </Menu.Item>
      {mayManage ? (
        <>
          <Menu.Item component={Link} to="/actions/$actionId/edit" params={params}>
            {terms.edit}
          </Menu.Item>
          <Menu.Item onClick={() => toggle(action)}>{status === 'enabled' ? terms.disable : terms.enable}</Menu.Item>
          <Menu.Item component={Link} to="/actions/new" search={{ from: id } as never}>
            {terms.duplicate}
          </Menu.Item>
        </>
      ) : null}
      <Menu.Item onClick={() => saveExport(`${name}.yaml`, { kind: 'action', id }).catch(notifyFailed)}>
        {terms.export}
      </Menu.Item>
      <Menu.Item component={Link} to="/actions/$actionId" params={params} search={{ tab: 'yaml' } as never}>
        {terms.showAs}
      </Menu.Item>
      {mayManage ? (
        <Menu.Item onClick={() => void deleteDocument({ kind: 'action', id, name }, onDeleted)}>
          {terms.delete}
        </Menu.Item>
      ) : null}
    </RowMenu>
  );
}

/** Enables a disabled action and the other way round, and says so with Undo. */
export function useSwitch(): { isPending: boolean; toggle: (action: Action) => void } {
  const { change, isPending } = useStatusChange('changeAction', ({ name }: Action) => name, {
    enabled: terms.enabledNow,
    disabled: words.disabled,
  });
  return {
    isPending,
    toggle: (action) => void change(action, action.status === 'enabled' ? 'disabled' : 'enabled'),
  };
}
