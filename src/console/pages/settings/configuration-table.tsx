import { Code, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Answer } from '../../../client/client.ts';
import { apiQuery } from '../../data/api.ts';
import { parts } from '../../messages/en/parts.ts';
import { privacy } from '../../messages/en/privacy.ts';
import { Panel } from '../../parts/panel.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useMay } from '../../session/rights.ts';
import css from './settings.module.css';

const words = privacy.configuration;
type Configured = Answer<'getSettings'>['configuration'][number];

const network = new Set([
  'host',
  'port',
  'publicUrl',
  'trustedProxies',
  'egressAllow',
  'dnsServers',
  'secretRefs',
  'inbox',
  'clientsMax',
]);

/** What the operator configured, to be read: what concerns the network, or all of it. */
export function ConfigurationTable({ part }: { part: 'network' | 'all' }): ReactNode {
  const may = useMay('settings:view');
  const { data, error, refetch } = useQuery({ ...apiQuery('getSettings'), enabled: may });
  const shown = data?.configuration.filter(({ name }) => part === 'all' || network.has(name)) ?? [];
  const [title, text] = part === 'network' ? [words.network, words.networkText] : [words.title, words.text];
  return (
    <Panel title={title} text={text}>
      {may ? null : <Text c="dimmed">{words.noRight}</Text>}
      {error === null ? null : <Problem error={error} onRetry={() => void refetch()} />}
      {may && data === undefined && error === null ? <Skeleton height={240} /> : null}
      {shown.length === 0 ? null : (
        <section className={css['frame']} aria-label={parts.tableScroll(title)} tabIndex={0}>
          <table className={css['table']}>
            <thead>
              <tr>
                <th scope="col">{words.columns.name}</th>
                <th scope="col">{words.columns.value}</th>
                <th scope="col">{words.columns.origin}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((one) => (
                <tr key={one.name}>
                  <th scope="row">
                    <Code>{one.variable}</Code>
                  </th>
                  <td title={one.description}>{valueText(one.value)}</td>
                  <td>{words.origins[one.origin]}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Panel>
  );
}

function valueText(value: Configured['value']): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return words.none;
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'object' ? (value.set ? words.set : words.unset) : String(value);
}
