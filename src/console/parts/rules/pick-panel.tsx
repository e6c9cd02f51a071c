import { Paper, Stack, Tabs, Text, TextInput, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import type { Condition } from '../../../contract/documents/condition.ts';
import type { Parameter } from '../../../contract/documents/parameter.ts';
import { kept, useApiQuery } from '../../data/data.ts';
import { conditions, shell } from '../../messages/en.ts';
import { bind } from '../form/bind.ts';
import { Icon, type IconName, Note } from '../parts.ts';
import { newComparison } from './condition-parts.ts';
import { grouped, isFound, labelOf } from './named-parameter.ts';
import { seenWords } from './parameter-box.tsx';
import { useParameters } from './rule-data.ts';
import css from './rules.module.css';

const w = conditions.panel;
const shownAtMost = 60;
const tabs = { behaviors: shell.pages.behaviors, filters: w.tabs.filters, events: shell.pages.events };

type Props = {
  /** A behavior that is not offered. */
  without: string | undefined;
  onPick: (clause: Condition) => void;
  isDisabled: boolean;
  /** The content of the tab with events. */
  events: ReactNode;
};

/** The panel beside the rules: behaviors and parameters to put into them, and events to try them on. */
export function PickPanel({ without, onPick, isDisabled, events }: Props): ReactNode {
  const panels = {
    behaviors: <BehaviorPicks without={without} onPick={onPick} />,
    filters: <ParameterPicks onPick={onPick} />,
    events,
  };
  // Read-only rules take no new clauses.
  const shown = isDisabled ? (['events'] as const) : (['behaviors', 'filters', 'events'] as const);
  return (
    <Paper
      component="section"
      radius="md"
      px="md"
      pt="xs"
      pb="md"
      bd="1px solid var(--console-line)"
      aria-label={w.title}
    >
      <Tabs defaultValue={shown[0]} keepMounted={false}>
        <Tabs.List mb="sm">
          {shown.map((tab) => (
            <Tabs.Tab key={tab} value={tab}>
              {tabs[tab]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {shown.map((tab) => (
          <Tabs.Panel key={tab} value={tab}>
            {panels[tab]}
          </Tabs.Panel>
        ))}
      </Tabs>
    </Paper>
  );
}

const aboutParameter = (one: Parameter) =>
  [one.name, one.description, seenWords(one)].filter((text) => text !== '').join(' · ');

type PickedProps = { onPick: (clause: Condition) => void };

/** The first behaviors that the server finds by their names and descriptions. */
function BehaviorPicks({ without, onPick }: PickedProps & Pick<Props, 'without'>): ReactNode {
  const [text, write] = useState('');
  const [q] = useDebouncedValue(text.trim(), 150);
  const { data } = useApiQuery('listBehaviors', { query: { q, sort: 'name', limit: shownAtMost } }, kept);
  const found = (data?.data ?? []).filter(({ id }) => id !== without);
  return (
    <Picks
      label={w.findBehavior}
      {...{ text, write, onPick }}
      nothing={data === undefined ? '' : w.noBehavior}
      verb={conditions.builder.addBehavior}
      groups={[{ group: '', items: found.map(({ id, name, description }) => [name, description, { behavior: id }]) }]}
    />
  );
}

function ParameterPicks({ onPick }: PickedProps): ReactNode {
  const [text, write] = useState('');
  const found = useParameters(text).filter((one) => isFound(one, text.trim()));
  return (
    <Picks
      label={w.findParameter}
      {...{ text, write, onPick }}
      nothing={w.noParameter}
      verb={w.addFilter}
      groups={grouped(found.slice(0, shownAtMost)).map(({ group, items }) => ({
        group,
        items: items.map((one) => [labelOf(one.name), aboutParameter(one), newComparison(one.name, one.type)]),
      }))}
    />
  );
}

type PicksProps = PickedProps & {
  label: string;
  text: string;
  write: (text: string) => void;
  nothing: string;
  /** What a pick does, read before its name. */
  verb: string;
  /** The clauses to pick, under headings; a list without headings has an empty one. */
  groups: readonly { group: string; items: (readonly [name: string, note: string, clause: Condition])[] }[];
};

function Picks({ label, text, write, nothing, verb, groups, onPick }: PicksProps): ReactNode {
  return (
    <Stack gap="xs">
      <TextInput
        aria-label={label}
        placeholder={label}
        leftSection={<Icon name="search" size={14} />}
        {...bind(text, write)}
      />
      {groups.every(({ items }) => items.length === 0) ? (
        <Note>{nothing}</Note>
      ) : (
        <div className={css['scroll']}>
          {groups.map(({ group, items }) => (
            <section key={group} aria-label={group || label}>
              {group === '' ? null : (
                <Note fw={550} mt="xs">
                  {group}
                </Note>
              )}
              <ul className={css['picks']}>
                {items.map(([name, note, clause]) => (
                  <li key={`${name} ${note}`}>
                    <Pick icon="plus" note={note} onClick={() => onPick(clause)}>
                      <VisuallyHidden>{verb} </VisuallyHidden>
                      {name}
                    </Pick>
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </div>
      )}
    </Stack>
  );
}

type PickProps = {
  icon: IconName;
  note?: string;
  isPressed?: boolean;
  onClick: () => void;
  children: ReactNode;
};

/** One thing of a list to pick from. */
export function Pick({ icon, note = '', isPressed, onClick, children }: PickProps): ReactNode {
  return (
    <UnstyledButton className={css['pick']} aria-pressed={isPressed} onClick={onClick}>
      <Text span fw={550}>
        {children}
      </Text>
      <Icon name={icon} size={14} />
      <Note span>{note}</Note>
    </UnstyledButton>
  );
}
