import { Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { actions as words } from '../../messages/en/actions.ts';
import { Icon } from '../../parts/icon.tsx';
import cards from '../../parts/link-cards.module.css';
import { firstScenarios } from './scenarios.ts';

/** The scenarios to start with, while there is no action. */
export function ScenarioGallery({ isEnabled }: { isEnabled: boolean }): ReactNode {
  return (
    <Stack component="section" gap="xs" aria-label={words.gallery}>
      <Title order={2}>{words.emptyTitle}</Title>
      <Text c="dimmed" maw="44rem">
        {words.emptyText}
      </Text>
      {isEnabled ? (
        <ul className={cards['cards']}>
          {firstScenarios.map(([scenario, icon]) => (
            <li key={scenario}>
              <Link to="/actions/new" search={{ scenario, step: undefined } as never} className={cards['card']}>
                <span className={cards['icon']}>
                  <Icon name={icon} size={20} />
                </span>
                <span className={cards['name']}>{words.scenarios[scenario][0]}</span>
                <Text span c="dimmed">
                  {words.scenarios[scenario][1]}
                </Text>
              </Link>
            </li>
          ))}
        </ul>
      ) : null}
    </Stack>
  );
}
