import { Code, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { errors } from '../../../contract/errors.ts';
import { docs as words } from '../../messages/en/docs.ts';
import css from './docs.module.css';
import { DocsFrame } from './docs-frame.tsx';
import { useHashTarget } from './hash-target.ts';

export function ErrorsPage(): ReactNode {
  const target = useHashTarget();
  return (
    <DocsFrame topic="errors">
      <Text>{words.errors.lead}</Text>
      <nav aria-label={words.errors.index} className={css['codes']}>
        {Object.keys(errors).map((code) => (
          <a key={code} href={`#${code}`}>
            {code}
          </a>
        ))}
      </nav>
      {Object.entries(errors).map(([code, [status, title, cause, cure]]) => (
        <section
          key={code}
          id={code}
          className={css['topic']}
          aria-labelledby={`${code}-title`}
          data-target={code === target}
        >
          <Title order={2} id={`${code}-title`}>
            {title}
          </Title>
          <div className={css['codes']}>
            <Code>{code}</Code>
            <Text c="dimmed">{words.errors.status(status)}</Text>
          </div>
          <dl className={css['facts']}>
            <dt>{words.errors.cause}</dt>
            <dd>{cause}</dd>
            <dt>{words.errors.cure}</dt>
            <dd>{cure}</dd>
          </dl>
        </section>
      ))}
    </DocsFrame>
  );
}
