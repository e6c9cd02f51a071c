import { Paper, Stack, Tabs, Text, TextInput, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Condition } from '../../../contract/documents/condition.ts';
import type { Parameter } from '../../../contract/documents/parameter.ts';
import { conditions, shell } from '../../messages/en.ts';
import { bind } from '../form/bind.ts';
import { Icon, type IconName, Note } from '../parts.ts';
import { newComparison } from './condition-parts.ts';
import { grouped, isFound, labelOf } from './named-parameter.ts';
import { seenWords } from './parameter-box.tsx';
import { type Behavior, useParameters } from './rule-data.ts';
import css from './rules.module.css';

const w = conditions.panel;
const shownAtMost = 60;
const tabs = { behaviors: shell.pages.behaviors, filters: w.tabs.filters, events: shell.pages.events };

type Props = {
  behaviors: readonly Behavior[];
  onPick: (clause: Condition) => void;
  isDisabled: boolean;
  /** The content of the tab with events. */
  events: ReactNode;
};

/** The panel beside the rules: behaviors and parameters to put into them, and events to try them on. */
export function PickPanel({ behaviors, onPick, isDisabled, events }: Props): ReactNode {
  const parameters = useParameters();
  const panels = {
    behaviors: (
      <Picks
        label={w.findBehavior}
        nothing={w.noBehavior}
        verb={conditions.builder.addBehavior}
        onPick={onPick}
        find={(wanted) => {
          const isFoundIn = ({ name, description }: Behavior) =>
            `${name} ${description}`.toLowerCase().includes(wanted);
          const found = behaviors.filter(isFoundIn).slice(0, shownAtMost);
          return [
            { group: '', items: found.map(({ id, name, description }) => [name, description, { behavior: id }]) },
          ];
        }}
      />
    ),
    filters: (
      <Picks
        label={w.findParameter}
        nothing={w.noParameter}
        verb={w.addFilter}
        onPick={onPick}
        find={(wanted) => {
          const found = parameters.filter((one) => isFound(one, wanted)).slice(0, shownAtMost);
          return grouped(found).map(({ group, items }) => ({
            group,
            items: items.map((one) => [labelOf(one.name), aboutParameter(one), newComparison(one.name, one.type)]),
          }));
        }}
      />
    ),
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

type PicksProps = {
  label: string;
  nothing: string;
  /** What a pick does, read before its name. */
  verb: string;
  /** The clauses to pick for a text in lower case, under headings; a list without headings has an empty one. */
  find: (wanted: string) => { group: string; items: (readonly [name: string, note: string, clause: Condition])[] }[];
  onPick: (clause: Condition) => void;
};

function Picks({ label, nothing, verb, find, onPick }: PicksProps): ReactNode {
  const [text, write] = useState('');
  const found = find(text.trim().toLowerCase());
  return (
    <Stack gap="xs">
      <TextInput
        aria-label={label}
        placeholder={label}
        leftSection={<Icon name="search" size={14} />}
        {...bind(text, write)}
      />
      {found.every(({ items }) => items.length === 0) ? (
        <Note>{nothing}</Note>
      ) : (
        <div className={css['scroll']}>
          {found.map(({ group, items }) => (
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
