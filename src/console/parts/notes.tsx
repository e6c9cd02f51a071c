import { Button, Notification } from '@mantine/core';
import { type ReactNode, useSyncExternalStore } from 'react';
import { parts } from '../messages/en/parts.ts';
import { terms } from '../messages/en/terms.ts';
import { Icon } from './icon.tsx';
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
            {note.message}
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
