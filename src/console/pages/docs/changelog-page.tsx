import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import text from '../../../../CHANGELOG.md?raw';
import css from './docs.module.css';
import { DocsFrame } from './docs-frame.tsx';

export function ChangelogPage(): ReactNode {
  return (
    <DocsFrame topic="changelog">
      {versionsIn(text).map(({ title, lead, changes }) => (
        <section key={title} className={css['topic']} aria-label={title}>
          <Title order={2}>{title}</Title>
          {lead === '' ? null : <p>{lead}</p>}
          <ul className={css['steps']}>
            {changes.map((change) => (
              <li key={change}>
                {change
                  .split('`')
                  .map((part, index): ReactNode => (index % 2 === 1 ? <code key={part}>{part}</code> : part))}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </DocsFrame>
  );
}

/** What the changelog says of each version: a heading, a text, a list. */
function versionsIn(markdown: string): { title: string; lead: string; changes: string[] }[] {
  return markdown
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [head = '', ...changes] = part.split(/^- /m);
      const [title = '', ...lead] = head.split('\n');
      return { title, lead: oneLine(lead.join('\n')), changes: changes.map(oneLine) };
    });
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
