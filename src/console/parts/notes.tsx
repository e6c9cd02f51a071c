import { Notification } from '@mantine/core';
import { type ReactNode, useSyncExternalStore } from 'react';
import { parts } from '../messages/en/parts.ts';
import { Icon } from './icon.tsx';
import css from './notes.module.css';
import { closeNote, notesOf, watchNotes } from './notify.ts';

/** The corner where messages appear; read out when one comes. */
export function Notes(): ReactNode {
  const notes = useSyncExternalStore(watchNotes, notesOf);
  return (
    <section className={css['notes']} aria-label={parts.notes} aria-live="polite">
      {notes.map(({ id, kind, title, message }) => (
        <Notification
          key={id}
          role="group"
          color={kind === 'done' ? 'green.8' : 'red.8'}
          icon={<Icon name={kind === 'done' ? 'check' : 'alert'} />}
          title={title}
          onClose={() => closeNote(id)}
          closeButtonProps={{ 'aria-label': parts.close }}
          withBorder
        >
          {message}
        </Notification>
      ))}
    </section>
  );
}
