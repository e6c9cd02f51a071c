import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Icon } from '../../parts/icon.tsx';
import css from './collector-page.module.css';
import type { User } from './parameter-uses.ts';

/** The actions and behaviors that name something, as links. */
export function Users({ users }: { users: readonly User[] }): ReactNode {
  return (
    <ul className={css['users']}>
      {users.map(({ kind, id, name }) => (
        <li key={id}>
          <Link
            {...(kind === 'action'
              ? ({ to: '/actions/$actionId', params: { actionId: id } } as const)
              : ({ to: '/behaviors/$behaviorId', params: { behaviorId: id } } as const))}
          >
            <Icon name={kind === 'action' ? 'actions' : 'behaviors'} size={14} />
            <span>{name}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
