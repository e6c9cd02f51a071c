import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { templateTopics } from '../../messages/en/docs-templates.ts';
import css from './docs.module.css';
import { DocsFrame } from './docs-frame.tsx';
import { useHashTarget } from './hash-target.ts';
import { TemplateExample } from './template-example.tsx';

export function TemplatesPage(): ReactNode {
  useHashTarget();
  return (
    <DocsFrame topic="templates">
      {templateTopics.map(({ id, title, text, example }) => (
        <section key={id} id={id} className={css['topic']} aria-labelledby={`${id}-title`}>
          <Title order={2} id={`${id}-title`}>
            {title}
          </Title>
          {text.map((paragraph) => (
            <Text key={paragraph}>{paragraph}</Text>
          ))}
          {example === undefined ? null : <TemplateExample title={title} example={example} />}
        </section>
      ))}
    </DocsFrame>
  );
}
