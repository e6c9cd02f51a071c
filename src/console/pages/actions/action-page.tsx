import { Alert, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { behaviorsIn } from '../../../contract/documents/condition-parts.ts';
import { parametersOfAction } from '../../../contract/documents/parameter-uses.ts';
import { type Names, useNames, useStats } from '../../data/data.ts';
import { dataCollection, parts, shell, terms, actions as words } from '../../messages/en.ts';
import { Chart } from '../../parts/chart/chart.tsx';
import { statesOver } from '../../parts/chart/chart-series.ts';
import { ChartTimePicker, useChartTime, useWeekBefore } from '../../parts/chart/chart-time.tsx';
import { Funnel, Reasons } from '../../parts/chart/funnel.tsx';
import { DocumentPage } from '../../parts/document/document-page.tsx';
import { InEditPlace } from '../../parts/form/edit-place.tsx';
import { AutoGrid, ButtonLink, GuardedButton, Icon, Note, Panel, StatusBadge, ThingLink } from '../../parts/parts.ts';
import { conditionWords } from '../../parts/rules/condition-words.ts';
import { useRuleNames } from '../../parts/rules/rule-names.ts';
import { useMay } from '../../session/rights.ts';
import { lazyPart } from '../../shell/lazy-part.ts';
import { type Action, actionKind, heldAt, notToEnable, standingOf, useSwitch } from './action.ts';

const w = words.details;

// Loaded when it is opened: the figures come first.
const DeliveryTable = lazyPart(() => import('../../parts/payload/delivery-table.tsx'), 'DeliveryTable');

export function ActionPage(): ReactNode {
  const mayManage = useMay('actions:manage');
  const names = useNames();
  const { isPending, labelOf, toggle } = useSwitch();
  return (
    <DocumentPage
      kind={actionKind}
      lead={(action) => (
        <Group gap="sm">
          <StatusBadge status={standingOf(action, names)} />
          <Text span>{action.description}</Text>
        </Group>
      )}
      actions={(action) =>
        mayManage ? (
          <>
            <GuardedButton blockedBy={notToEnable(action)} loading={isPending} onClick={() => toggle(action)}>
              {labelOf(action)}
            </GuardedButton>
            <ButtonLink to="/actions/new" search={{ from: action.id }}>
              {terms.duplicate}
            </ButtonLink>
            <InEditPlace>
              <ButtonLink variant="filled" to="/actions/$actionId/edit" params={{ actionId: action.id }} data-key-edit>
                {terms.edit}
              </ButtonLink>
            </InEditPlace>
          </>
        ) : null
      }
      tabs={w.tabs}
      panels={{
        overview: (action) => <ActionOverview action={action} names={names} />,
        deliveries: ({ id }) => <DeliveryTable filter={{ actionId: id }} empty={{ text: w.deliveriesEmptyText }} />,
        used: (action) => <UsedObjects action={action} names={names} />,
      }}
    />
  );
}

type Props = { action: Action; names: Names };

/** The rules, the destinations and the figures of an action. */
function ActionOverview({ action, names }: Props): ReactNode {
  const nameOf = useRuleNames();
  const mayManage = useMay('actions:manage');
  const held = action.status === 'enabled' ? heldAt(action, names) : [];
  return (
    <Stack>
      {held.length === 0 ? null : (
        <Alert color="orange" icon={<Icon name="alert" />}>
          {w.attention(held.map(names.place).join(', '))}
        </Alert>
      )}
      <Panel title={terms.rules} text={w.rulesText}>
        <Text fw={550}>{conditionWords(action.rules, nameOf)}</Text>
      </Panel>
      <Panel title={w.destinations}>
        {action.destinations.length === 0 ? (
          <Group gap="sm">
            <Text c="dimmed">{w.noDestinations}</Text>
            {mayManage ? (
              <ButtonLink
                size="xs"
                to="/actions/$actionId/edit"
                params={{ actionId: action.id }}
                search={{ step: 'destinations' }}
              >
                {words.destinations.chooseDestination}
              </ButtonLink>
            ) : null}
          </Group>
        ) : null}
        {action.destinations.map(({ destinationId, mapping }) => (
          <div key={destinationId}>
            <DestinationLink id={destinationId} names={names} />
            <Note>{mapping.length === 0 ? terms.unmapped : w.fields(mapping.length)}</Note>
          </div>
        ))}
      </Panel>
      <Figures actionId={action.id} />
    </Stack>
  );
}

const DestinationLink = ({ id, names }: { id: string; names: Names }): ReactNode => (
  <ThingLink underline="always" entry={{ kind: 'destination', id, name: names.place(id) }} />
);

const { delivered, failed, skipped } = parts.status;

/** Matched events and deliveries of an action in a range: over time, by stage, and the reasons of those not delivered. */
function Figures({ actionId }: { actionId: string }): ReactNode {
  const [time, setTime] = useChartTime();
  const { data } = useStats('action', actionId, time);
  const before = useWeekBefore('action', actionId, data, time);
  if (data === undefined) return null;
  const { totals, series, reasons } = data;
  return (
    <Panel title={w.happened}>
      <div>
        <ChartTimePicker time={time} stats={data} onChange={setTime} />
      </div>
      <Chart
        name={w.chart}
        sentence={w.chartSentence(totals.matched, totals.delivered, totals.failed)}
        stats={data}
        ids={[actionId]}
        filter={{ action: actionId }}
        onTime={setTime}
        series={[
          ...statesOver(data, 'delivered', 'failed'),
          { label: w.matched, tone: 'work', values: series.map((one) => one.matched), isLine: true },
          ...(before === undefined ? [] : [before]),
        ]}
      />
      <AutoGrid min="18rem">
        <Stack gap="xs">
          <Title order={3}>{parts.funnel.title}</Title>
          <Funnel
            stages={[
              [w.matched, totals.matched, 'work'],
              [parts.funnel.created, totals.created, 'work'],
              [delivered, totals.delivered, 'good'],
              [parts.funnel.holds, totals.held, 'warn'],
              [failed, totals.failed, 'bad'],
              [skipped, totals.skipped, 'warn'],
            ]}
          />
        </Stack>
        <Reasons reasons={reasons} />
      </AutoGrid>
    </Panel>
  );
}

/** The behaviors, destinations and parameters of an action. */
function UsedObjects({ action, names }: Props): ReactNode {
  const nameOf = useRuleNames();
  const behaviors = new Set(behaviorsIn(action.rules));
  const parameters = [...parametersOfAction(action)].sort();
  return (
    <AutoGrid min="17rem">
      <Panel title={shell.pages.behaviors}>
        <List>
          {[...behaviors].map((id) => (
            <li key={id}>
              <ThingLink underline="always" entry={{ kind: 'behavior', id, name: nameOf(id) ?? id }} />
            </li>
          ))}
        </List>
      </Panel>
      <Panel title={w.destinations}>
        <List>
          {action.destinations.map(({ destinationId: id }) => {
            const status = names.of(id)?.status;
            return (
              <li key={id}>
                <DestinationLink id={id} names={names} /> {status == null ? null : <StatusBadge status={status} />}
              </li>
            );
          })}
        </List>
      </Panel>
      <Panel title={dataCollection.parts.parameters} text={w.usedParametersText}>
        <List>
          {parameters.map((name) => (
            <Text key={name} component="li" ff="monospace" size="sm">
              {name}
            </Text>
          ))}
        </List>
      </Panel>
    </AutoGrid>
  );
}

function List({ children }: { children: readonly ReactNode[] }): ReactNode {
  if (children.length === 0) return <Text c="dimmed">{terms.none}</Text>;
  return (
    <Stack component="ul" gap="xs" style={{ overflowWrap: 'anywhere' }}>
      {children}
    </Stack>
  );
}
