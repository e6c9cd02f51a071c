import { Button, Notification } from '@mantine/core';
import { Fragment, type ReactNode, useSyncExternalStore } from 'react';
import type { User } from '../../../contract/errors.ts';
import { parts, terms } from '../../messages/en.ts';
import { Icon } from '../text/icon.tsx';
import { ThingLink } from '../text/thing-link.tsx';
import css from './notes.module.css';
import { closeNote, holdNotes, notesOf, takeAction, watchNotes } from './notify.ts';

/** The corner where messages appear; read out when one comes. */
export function Notes(): ReactNode {
  const notes = useSyncExternalStore(watchNotes, notesOf);
  return (
    <section
      className={css['notes']}
      aria-label={parts.notes}
      aria-live="polite"
      onMouseEnter={() => holdNotes(true)}
      onMouseLeave={() => holdNotes(false)}
      onFocus={() => holdNotes(true)}
      onBlur={() => holdNotes(false)}
    >
      {notes.map((note) => (
        <Notification
          key={note.id}
          role="group"
          color={note.kind === 'done' ? 'green.8' : 'red.8'}
          icon={<Icon name={note.kind === 'done' ? 'check' : 'alert'} />}
          title={note.title}
          onClose={() => closeNote(note.id)}
          closeButtonProps={{ 'aria-label': terms.close }}
          withBorder
        >
          <div className={css['note']}>
            {note.users === undefined ? note.message : <UsedBy users={note.users} />}
            {note.action === undefined ? null : (
              <Button size="xs" onClick={() => takeAction(note)}>
                {note.action.label}
              </Button>
            )}
          </div>
        </Notification>
      ))}
    </section>
  );
}

const namedUsers = 5;

/** The first users of a thing as links, and how many more there are. */
function UsedBy({ users }: { users: readonly User[] }): ReactNode {
  return (
    <span>
      {terms.usedBy}{' '}
      {users.slice(0, namedUsers).map(({ kind, id, name }, at) => (
        <Fragment key={id}>
          {at === 0 ? null : ', '}
          <ThingLink entry={{ kind, id, name }} underline="always" />
        </Fragment>
      ))}{' '}
      {users.length > namedUsers ? terms.more(users.length - namedUsers) : null}
    </span>
  );
}
