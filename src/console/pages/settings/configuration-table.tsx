import { Box, Code, Skeleton, Text } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import { useApiQuery } from '../../data/data.ts';
import { privacy, terms } from '../../messages/en.ts';
import { Panel, Problem, ShortTable } from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';

const words = privacy.configuration;
type Configured = RouteResponse<'getSettings'>['configuration'][number];

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

/** A name that breaks after its underscores when its column is narrow. */
function breakable(name: string): ReactNode {
  const [first, ...others] = name.split('_');
  return [
    first,
    ...others.map((part) => (
      <Fragment key={part}>
        _<wbr />
        {part}
      </Fragment>
    )),
  ];
}

/** What the operator configured, to be read: what concerns the network, or all of it. */
export function ConfigurationTable({ part }: { part: 'network' | 'all' }): ReactNode {
  const may = useMay('settings:view');
  const { data, error, refetch } = useApiQuery('getSettings', undefined, { enabled: may });
  const shown = data?.configuration.filter(({ name }) => part === 'all' || network.has(name)) ?? [];
  const [title, text] = part === 'network' ? [words.network, words.networkText] : [words.title, words.text];
  return (
    <Panel title={title} text={text}>
      {may ? null : <Text c="dimmed">{words.noRight}</Text>}
      <Problem error={error} onRetry={() => void refetch()} />
      {may && data === undefined && error === null ? <Skeleton height={240} /> : null}
      {shown.length === 0 ? null : (
        <ShortTable
          head={[words.columns.name, terms.value, terms.source]}
          rows={shown.map((one) => ({
            key: one.name,
            cells: [
              <Code key="name">{breakable(one.variable)}</Code>,
              // An IPv4 address stays whole on a phone.
              <Box key="value" miw="11ch" title={one.description}>
                {valueText(one.value)}
              </Box>,
              <span key="origin" style={{ whiteSpace: 'nowrap' }}>
                {words.origins[one.origin]}
              </span>,
            ],
          }))}
        />
      )}
    </Panel>
  );
}

function valueText(value: Configured['value']): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return terms.dash;
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'object' ? (value.set ? words.set : words.unset) : String(value);
}
