import { Tabs, Text, TextInput, VisuallyHidden } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Parameter } from '../../../contract/documents/parameter.ts';
import { conditions } from '../../messages/en/conditions.ts';
import { shell } from '../../messages/en/shell.ts';
import { Icon } from '../icon.tsx';
import css from './condition-studio.module.css';
import { grouped, isFound, labelOf } from './named-parameter.ts';
import { seenWords } from './parameter-box.tsx';
import type { Behavior } from './use-behaviors.ts';

const w = conditions.panel;
const shownAtMost = 60;

type Props = {
  behaviors: readonly Behavior[];
  parameters: readonly Parameter[];
  onBehavior: (id: string) => void;
  onParameter: (name: string) => void;
  isDisabled: boolean;
  /** What is said about events. */
  events: ReactNode;
};

/** The panel beside the rules: behaviors and parameters to put into them, and events to try them on. */
export function PickPanel(props: Props): ReactNode {
  const { behaviors, parameters, onBehavior, onParameter, isDisabled, events } = props;
  return (
    <section className={css['panel']} aria-label={w.title}>
      <Tabs defaultValue={isDisabled ? 'events' : 'behaviors'} keepMounted={false}>
        <Tabs.List>
          {/* What can't be changed takes no picks. */}
          {isDisabled ? null : <Tabs.Tab value="behaviors">{shell.pages.behaviors}</Tabs.Tab>}
          {isDisabled ? null : <Tabs.Tab value="filters">{w.tabs.filters}</Tabs.Tab>}
          <Tabs.Tab value="events">{shell.pages.events}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="behaviors" pt="sm">
          <Picks
            label={w.findBehavior}
            nothing={w.noBehavior}
            items={behaviors}
            isWanted={({ name, description }, wanted) => `${name} ${description}`.toLowerCase().includes(wanted)}
            entry={({ id, name, description }) => ({
              key: id,
              name,
              note: description,
              label: conditions.builder.addBehavior,
            })}
            onPick={({ id }) => onBehavior(id)}
          />
        </Tabs.Panel>
        <Tabs.Panel value="filters" pt="sm">
          <Picks
            label={w.findParameter}
            nothing={w.noParameter}
            items={parameters}
            isWanted={isFound}
            groups={(items) => grouped(items, conditions.parameters.notSeenGroup)}
            entry={(one) => ({
              key: one.name,
              name: one.name,
              note: [labelOf(one.name), one.description, seenWords(one)].filter((text) => text !== '').join(' · '),
              label: w.addFilter,
            })}
            onPick={({ name }) => onParameter(name)}
          />
        </Tabs.Panel>
        <Tabs.Panel value="events" pt="sm">
          {events}
        </Tabs.Panel>
      </Tabs>
    </section>
  );
}

type PicksProps<Item> = {
  label: string;
  nothing: string;
  items: readonly Item[];
  isWanted: (item: Item, wanted: string) => boolean;
  /** Items under headings; without it they are one list. */
  groups?: (items: Item[]) => { group: string; items: Item[] }[];
  entry: (item: Item) => { key: string; name: string; note: string; label: string };
  onPick: (item: Item) => void;
};

function Picks<Item>(props: PicksProps<Item>): ReactNode {
  const [text, write] = useState('');
  const found = props.items.filter((one) => props.isWanted(one, text.trim().toLowerCase())).slice(0, shownAtMost);
  const groups = props.groups?.(found) ?? (found.length === 0 ? [] : [{ group: '', items: found }]);
  return (
    <div className={css['picks']}>
      <TextInput
        aria-label={props.label}
        placeholder={props.label}
        leftSection={<Icon name="search" size={14} />}
        value={text}
        onChange={(event) => write(event.currentTarget.value)}
      />
      {groups.length === 0 ? (
        <Text c="dimmed" size="sm">
          {props.nothing}
        </Text>
      ) : (
        <div className={css['list']}>
          {groups.map(({ group, items }) => (
            <section key={group} aria-label={group === '' ? props.label : group}>
              {group === '' ? null : (
                <Text size="sm" c="dimmed" fw={550} mt="xs">
                  {group}
                </Text>
              )}
              <ul>
                {items.map((item) => {
                  const { key, name, note, label } = props.entry(item);
                  return (
                    <li key={key}>
                      <button type="button" className={css['pick']} onClick={() => props.onPick(item)}>
                        <span className={css['pickName']}>
                          <VisuallyHidden>{label} </VisuallyHidden>
                          {name}
                        </span>
                        {note === '' ? null : <span className={css['pickNote']}>{note}</span>}
                        <Icon name="plus" size={14} />
                      </button>
                    </li>
                  );
                })}
              </ul>
            </section>
          ))}
        </div>
      )}
    </div>
  );
}
