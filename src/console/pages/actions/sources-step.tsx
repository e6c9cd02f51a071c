import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { actions as words } from '../../messages/en/actions.ts';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { seenWords } from '../../parts/rules/parameter-box.tsx';
import { useParameters } from '../../parts/rules/use-parameters.ts';
import css from './action-editor.module.css';

const w = words.sources;
const shownAtMost = 6;

/** Where the values come from: the event itself, always. */
export function SourcesStep(): ReactNode {
  const parameters = useParameters();
  const seen = parameters.filter(({ share }) => share > 0).slice(0, shownAtMost);
  return (
    <Panel title={words.editor.steps.sources[0]} text={w.text}>
      <section className={css['source']} aria-label={w.event}>
        <span className={css['sourceIcon']}>
          <Icon name="events" size={20} />
        </span>
        <div className={css['sourceWords']}>
          <Group gap="xs">
            <Text fw={600}>{w.event}</Text>
            <Text size="sm" c="dimmed">
              <Icon name="lock" size={12} /> {w.fixed}
            </Text>
          </Group>
          <dl className={css['facts']}>
            <dt>{w.from}</dt>
            <dd>{w.eventFrom}</dd>
            <dt>{w.gives}</dt>
            <dd>
              {w.eventGives} {parameters.length === 0 ? null : `${w.parameters(parameters.length)}.`}
            </dd>
            {seen.length === 0 ? null : (
              <>
                <dt>{w.seen}</dt>
                <dd>
                  <ul className={css['seen']}>
                    {seen.map((one) => (
                      <li key={one.name}>
                        <Text span ff="monospace" size="sm">
                          {one.name}
                        </Text>{' '}
                        <Text span c="dimmed" size="sm">
                          {seenWords(one)}
                        </Text>
                      </li>
                    ))}
                  </ul>
                </dd>
              </>
            )}
          </dl>
        </div>
      </section>
    </Panel>
  );
}
