import { ActionIcon, Anchor, Button, Group, Popover, Stack, TextInput } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import { parts, terms } from '../../messages/en.ts';
import { useKept } from '../../session/kept.ts';
import { Icon, Note } from '../parts.ts';
import css from './list-page.module.css';

type View = { name: string; search: Readonly<Record<string, string>> };

const none: readonly View[] = [];

/** The button *Views*: the list as it is shown now under a name, to come back to. Kept per person in this browser. */
export function ListViews({ list, opens = 'cursor' }: { list: string; opens?: string | undefined }): ReactNode {
  const [views, keep] = useKept(`views.${list}`, none);
  const [isOpen, open] = useState(false);
  const [name, write] = useState('');
  const [isAsking, ask] = useState(false);
  const { cursor: _, [opens]: _opened, ...search } = useLocation().search as Record<string, string>; // every value is a text
  function save(event: FormEvent) {
    event.preventDefault();
    if (name.trim() === '') return;
    const isTaken = views.some((one) => one.name === name.trim());
    ask(isTaken && !isAsking);
    if (isTaken && !isAsking) return;
    keep([...views.filter((one) => one.name !== name.trim()), { name: name.trim(), search }]);
    write('');
  }
  return (
    <Popover opened={isOpen} onChange={open} position="bottom-end" shadow="md" trapFocus width={280}>
      <Popover.Target>
        <Button
          className={css['tool'] ?? ''}
          leftSection={<Icon name="bookmark" />}
          aria-label={parts.views.of(list)}
          onClick={() => open(!isOpen)}
        >
          {parts.views.title}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={parts.views.of(list)}>
        <Stack gap="xs">
          {views.length === 0 ? (
            <Note>{parts.views.none}</Note>
          ) : (
            views.map((view) => (
              <Group key={view.name} justify="space-between" wrap="nowrap">
                <Anchor component={Link} to="." search={view.search as never} truncate onClick={() => open(false)}>
                  {view.name}
                </Anchor>
                <ActionIcon
                  aria-label={parts.views.remove(view.name)}
                  onClick={() => keep(views.filter((one) => one !== view))}
                >
                  <Icon name="trash" size={14} />
                </ActionIcon>
              </Group>
            ))
          )}
          <form onSubmit={save}>
            <Group gap="xs" align={isAsking ? 'center' : 'end'} wrap="nowrap">
              <TextInput
                label={parts.views.name}
                value={name}
                maxLength={60}
                error={isAsking ? parts.views.taken : null}
                onChange={(event) => {
                  write(event.currentTarget.value);
                  ask(false);
                }}
              />
              <Button variant="filled" type="submit" flex="none">
                {isAsking ? parts.views.replace : terms.save}
              </Button>
            </Group>
          </form>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
