import { Modal, Text, TextInput } from '@mantine/core';
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import { shell, terms } from '../messages/en.ts';
import { Icon, Note, useFocusBack } from '../parts/parts.ts';
import css from './palette.module.css';
import { type Hit, useHits } from './palette-hits.ts';

type PaletteProps = {
  /** What was typed before the palette was there. */
  typed: { readonly current: string };
  onClose: () => void;
};

/** Search over pages and objects by name: arrows choose, Enter goes. */
export function Palette({ typed, onClose }: PaletteProps): ReactNode {
  const [text, setText] = useState(() => typed.current);
  const [chosen, setChosen] = useState(0);
  const listId = useId();
  useFocusBack(true);
  const hits = useHits(text.trim());
  const present = Math.min(chosen, Math.max(hits.length - 1, 0));

  function go(hit: Hit | undefined) {
    if (hit === undefined) return;
    onClose();
    hit.go();
  }

  function pressed(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setChosen((present + step + hits.length) % Math.max(hits.length, 1));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      go(hits[present]);
    }
  }

  return (
    <Modal.Root opened returnFocus={false} onClose={onClose} yOffset="12vh" centered={false}>
      <Modal.Overlay />
      <Modal.Content aria-label={terms.search}>
        <TextInput
          autoFocus // at once; with the dialog's own focus, later, a letter could be lost
          data-autofocus
          variant="unstyled"
          className={css['input'] ?? ''}
          size="md"
          leftSection={<Icon name="search" />}
          aria-label={shell.search.label}
          placeholder={shell.search.placeholder}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setChosen(0);
          }}
          onKeyDown={pressed}
          role="combobox"
          aria-expanded={hits.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          {...(hits[present] === undefined ? {} : { 'aria-activedescendant': `${listId}-${present}` })}
        />
        {/* Keys work in the field, which keeps the focus. */}
        <div id={listId} role="listbox" aria-label={terms.search} className={css['list']}>
          {hits.map((hit, index) => (
            <div
              // A page and a setting can have one address.
              key={`${hit.kind} ${hit.label} ${hit.key}`}
              id={`${listId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === present}
              className={css['hit']}
              onMouseMove={() => setChosen(index)}
              onMouseDown={(event) => {
                event.preventDefault();
                go(hit);
              }}
            >
              <Icon name={hit.icon} />
              <span className={css['label']}>{hit.label}</span>
              <Note span ms="auto">
                {hit.kind}
              </Note>
            </div>
          ))}
        </div>
        <Text role="status" c="dimmed" p={hits.length === 0 ? 'md' : 0}>
          {hits.length === 0 ? shell.search.nothing(text) : ''}
        </Text>
      </Modal.Content>
    </Modal.Root>
  );
}
