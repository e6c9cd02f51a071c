import { Button, SimpleGrid, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { apiQuery } from '../../data/api.ts';
import { welcome as words } from '../../messages/en/welcome.ts';
import { Icon } from '../../parts/icon.tsx';
import { useKeptChoice, welcomeChoice } from '../../session/kept-choice.ts';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { MakeItYours } from './make-it-yours.tsx';
import { MovingPicture } from './moving-picture.tsx';
import css from './welcome.module.css';

const choices = [
  ['demo', 'play'],
  ['mine', 'collection'],
] as const;

/** The first steps: watch the demo, or send an event of one's own. */
export function WelcomePage(): ReactNode {
  const chosen = useSearch({ from: '/shell/welcome' }).with;
  const hasDemo = useDemo();
  const shown = chosen ?? (hasDemo === true ? 'demo' : 'mine');
  const isKnown = hasDemo !== undefined || chosen !== undefined;
  const [onHome, set] = useKeptChoice(welcomeChoice);
  return (
    <Page title={words.title} lead={words.lead}>
      {hasDemo === true ? (
        <SimpleGrid
          component="nav"
          aria-label={words.choose}
          minColWidth="min(18rem, 100%)"
          autoFlow="auto-fit"
          mb="lg"
        >
          {choices.map(([choice, icon]) => (
            <Link
              key={choice}
              to="/welcome"
              search={{ with: choice }}
              className={css['choice'] ?? ''}
              data-chosen={choice === shown}
            >
              <Icon name={icon} size={20} />
              <span>
                <Text fw={700} span display="block">
                  {words.choices[choice].title}
                </Text>
                <Text c="dimmed" span>
                  {words.choices[choice].text}
                </Text>
              </span>
            </Link>
          ))}
        </SimpleGrid>
      ) : null}
      {isKnown && shown === 'mine' ? <MakeItYours /> : null}
      {isKnown && shown === 'demo' ? hasDemo === false ? <Text>{words.noDemo}</Text> : <MovingPicture /> : null}
      <Button mt="md" variant="subtle" color="gray" onClick={() => set(onHome === 'hidden' ? 'shown' : 'hidden')}>
        {onHome === 'hidden' ? words.shown : words.hide}
      </Button>
    </Page>
  );
}

/** Whether the sample shop of the demo exists; undefined until that is known. */
function useDemo(): boolean | undefined {
  const may = useMay('collectors:view');
  const { data, isError } = useQuery({
    ...apiQuery('listCollectors', { query: { name: 'Sample shop', limit: 1 } }),
    enabled: may,
  });
  if (!may || isError) return false;
  return data && data.data.length > 0;
}
