import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { parts } from '../../messages/en/parts.ts';
import { settings } from '../../messages/en/settings.ts';
import css from './settings.module.css';
import type { Planned } from './transfer.ts';

const words = settings.transfer;

/** What an import would do, thing by thing. */
export function PlanTable({ planned }: { planned: readonly Planned[] }): ReactNode {
  if (planned.length === 0) return <Text>{words.nothing}</Text>;
  const count = (change: Planned['change']) => planned.filter((one) => one.change === change).length;
  return (
    <>
      <Text role="status">{words.summary(count('created'), count('changed'), count('same'))}</Text>
      <section className={css['frame']} aria-label={parts.tableScroll(words.planTitle)} tabIndex={0}>
        <table className={css['table']}>
          <thead>
            <tr>
              {Object.entries(words.columns).map(([id, label]) => (
                <th key={id} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {planned.map(({ kind, name, change, fields, needsSecrets }) => (
              <tr key={`${kind} ${name}`} data-change={change}>
                <td>{words.changes[change]}</td>
                <td>{words.kinds[kind]}</td>
                <th scope="row">{name}</th>
                <td>{needsSecrets ? words.secrets : fields.join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
