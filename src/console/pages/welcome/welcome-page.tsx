import { Box, Button, Text } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useApiQuery } from '../../data/api.ts';
import { welcome as words } from '../../messages/en.ts';
import { Icon, LinkCard, LinkCards } from '../../parts/parts.ts';
import { useKeptChoice, welcomeChoice } from '../../session/kept-choice.ts';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { MakeItYours } from './make-it-yours.tsx';
import { MovingPicture } from './moving-picture.tsx';

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
      <Box component="nav" aria-label={words.choose} mb="lg">
        <LinkCards>
          {choices.map(([choice, icon]) => (
            <LinkCard
              key={choice}
              to="/welcome"
              search={{ with: choice }}
              mark={<Icon name={icon} size={20} />}
              name={words.choices[choice].title}
              text={words.choices[choice].text}
              isChosen={isKnown && choice === shown}
            />
          ))}
        </LinkCards>
      </Box>
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
  const { data, isError } = useApiQuery('listCollectors', { query: { name: 'Sample shop', limit: 1 } });
  if (!may || isError) return false;
  return data && data.data.length > 0;
}
