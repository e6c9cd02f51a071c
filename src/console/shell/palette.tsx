import { Modal, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import { covers, type Right } from '../../contract/rights.ts';
import { apiQuery } from '../data/api.ts';
import { shell } from '../messages/en/shell.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { useMay, useMe } from '../session/rights.ts';
import { menu } from './menu.ts';
import css from './palette.module.css';

type Hit = { key: string; label: string; kind: string; icon: IconName; go: () => void };

/** Search over pages and objects by name: arrows choose, Enter goes. */
export function Palette({ onClose }: { onClose: () => void }): ReactNode {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const listId = useId();
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
    <Modal.Root opened onClose={onClose} yOffset="12vh" centered={false}>
      <Modal.Overlay />
      <Modal.Content aria-label={shell.search.title}>
        <TextInput
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
        <div id={listId} role="listbox" aria-label={shell.search.title} className={css['list']}>
          {hits.map((hit, index) => (
            <div
              key={hit.key}
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
              <span className={css['kind']}>{hit.kind}</span>
            </div>
          ))}
        </div>
        <Text role="status" c="dimmed" className={hits.length === 0 ? (css['nothing'] ?? '') : ''}>
          {hits.length === 0 ? shell.search.nothing(text) : ''}
        </Text>
      </Modal.Content>
    </Modal.Root>
  );
}

function useHits(text: string): Hit[] {
  const navigate = useNavigate();
  const granted = new Set(useMe()?.rights ?? []);
  const mayCreate = useMay('connections:manage');
  const [asked] = useDebouncedValue(text, 120);
  const may = (right: Right) => asked !== '' && covers(granted, right);
  const query = { name: asked, limit: 6 };
  const connections = useQuery({ ...apiQuery('listConnections', { query }), enabled: may('connections:view') }).data;

  const fits = (label: string) => label.toLowerCase().includes(text.toLowerCase());
  const pages = menu
    .filter(({ label, right }) => fits(label) && (right === null || covers(granted, right)))
    .map(({ to, label, icon }) => ({
      key: to,
      label,
      kind: shell.search.kinds.page,
      icon,
      go: () => void navigate({ to }),
    }));
  const commands: Hit[] = [
    {
      key: 'new-connection',
      label: shell.search.newConnection,
      kind: shell.search.kinds.command,
      icon: 'plus' as const,
      go: () => void navigate({ to: '/connections/new' }),
    },
  ].filter(({ label }) => mayCreate && fits(label));
  const objects: Hit[] = (text === '' ? [] : (connections?.data ?? [])).map(({ id, name }) => ({
    key: id,
    label: name,
    kind: shell.search.kinds.connection,
    icon: 'connections',
    go: () => void navigate({ to: '/connections/$connectionId', params: { connectionId: id } }),
  }));
  return [...objects, ...pages, ...commands];
}
