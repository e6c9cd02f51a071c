import { Anchor, Code, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { docs as words } from '../../messages/en/docs.ts';
import { recipes } from '../../messages/en/docs-recipes.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import css from './docs.module.css';
import { DocsFrame } from './docs-frame.tsx';
import { useHashTarget } from './hash-target.ts';

export function RecipesPage(): ReactNode {
  useHashTarget();
  return (
    <DocsFrame topic="recipes">
      {recipes.map(({ id, title, goal, steps, code, to }) => (
        <section key={id} id={id} className={css['topic']} aria-labelledby={`${id}-title`}>
          <Title order={2} id={`${id}-title`}>
            {title}
          </Title>
          <Text c="dimmed">{goal}</Text>
          <ol className={css['steps']}>
            {steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
          {code === undefined ? null : (
            <div className={css['snippet']}>
              <Code block>{code}</Code>
              <CopyButton text={code} />
            </div>
          )}
          <Anchor component={Link} to={to.path as '/'} search={{ tab: to.tab } as never} hash={to.hash ?? ''}>
            {words.goTo(to.page)}
          </Anchor>
        </section>
      ))}
    </DocsFrame>
  );
}
