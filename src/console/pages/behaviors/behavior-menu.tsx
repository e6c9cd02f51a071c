import { Menu } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { terms } from '../../messages/en/terms.ts';
import { deleteDocument } from '../../parts/list/delete-document.ts';
import { GuardedItem, RowMenu } from '../../parts/list/row-menu.tsx';
import { notifyFailed } from '../../parts/notify.ts';
import { saveExport } from '../../parts/payload/shown-as.ts';
import type { Behavior } from '../../parts/rules/use-behaviors.ts';
import { useMay } from '../../session/rights.ts';
import { blockedBy } from './behavior.ts';

/** What can be done with a behavior in its row. */
export function BehaviorMenu({ behavior }: { behavior: Behavior }): ReactNode {
  const mayManage = useMay('behaviors:manage');
  const { id, name } = behavior;
  const params = { behaviorId: id } as never;
  return (
    <RowMenu name={name}>
      <Menu.Item component={Link} to="/behaviors/$behaviorId" params={params}>
        {terms.open}
      </Menu.Item>
      {mayManage ? (
        <Menu.Item component={Link} to="/behaviors/new" search={{ from: id } as never}>
          {terms.duplicate}
        </Menu.Item>
      ) : null}
      <Menu.Item onClick={() => saveExport(`${name}.yaml`, { kind: 'behavior', id }).catch(notifyFailed)}>
        {terms.export}
      </Menu.Item>
      <Menu.Item component={Link} to="/behaviors/$behaviorId" params={params} search={{ tab: 'yaml' } as never}>
        {terms.showAs}
      </Menu.Item>
      {mayManage ? (
        <GuardedItem
          blockedBy={blockedBy(behavior)}
          onClick={() => void deleteDocument({ kind: 'behavior', id, name })}
        >
          {terms.delete}
        </GuardedItem>
      ) : null}
    </RowMenu>
  );
}
