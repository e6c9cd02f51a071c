import { Button, Group, Paper, Skeleton, Stack, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type Stats, useStats } from '../../data/stats.ts';
import { deliveries, parts, shell, terms, home as words } from '../../messages/en.ts';
import { Chart } from '../../parts/chart/chart.tsx';
import { statesOver } from '../../parts/chart/chart-series.ts';
import { type ChartTime, ChartTimePicker, useChartTime } from '../../parts/chart/chart-time.tsx';
import type { Range } from '../../parts/list/list-search.ts';
import { ButtonLink, Panel, Problem } from '../../parts/parts.ts';
import { useKeptChoice, welcomeChoice } from '../../session/kept-choice.ts';
import { useMay, useMe } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { Attention } from './attention.tsx';
import { FunnelPanel } from './funnel-panel.tsx';
import css from './home-page.module.css';
import { RecentChanges } from './recent-changes.tsx';
import { Tiles } from './tiles.tsx';
import { useDocuments } from './use-documents.ts';

/** Traffic, and what needs attention. */
export function HomePage(): ReactNode {
  const time = useChartTime(useSearch({ from: '/shell/' }));
  const navigate = useNavigate({ from: '/' });
  const isKnown = useMe() !== undefined;
  const maySeeNumbers = useMay('settings:view');
  const documents = useDocuments();
  const stats = useStats('all', undefined, time);
  const setTime = (next: Partial<ChartTime>) =>
    void navigate({ search: (present) => ({ ...present, ...next }), replace: true });
  const { data, error, refetch } = stats;
  return (
    <Page
      title={shell.pages.home}
      lead={words.lead}
      actions={maySeeNumbers ? <ChartTimePicker time={time} onChange={setTime} /> : undefined}
    >
      <Stack>
        <FirstSteps />
        {isKnown && !maySeeNumbers ? <Text c="dimmed">{terms.noFigures}</Text> : null}
        {error !== null && data === undefined ? <Problem error={error} onRetry={() => void refetch()} /> : null}
        {data === undefined && maySeeNumbers && error === null ? <Skeleton height={96} /> : null}
        {data === undefined ? null : <Tiles stats={data} collectors={documents.collectors} />}
        <div className={css['columns']}>
          <Stack>
            {data === undefined ? null : (
              <>
                <FunnelPanel stats={data} />
                <Deliveries stats={data} range={time.range} onTime={setTime} />
              </>
            )}
            {maySeeNumbers ? null : <RecentChanges documents={documents} />}
          </Stack>
          <Stack>
            <Attention documents={documents} stats={data} range={time.range} />
            {maySeeNumbers ? <RecentChanges documents={documents} /> : null}
          </Stack>
        </div>
      </Stack>
    </Page>
  );
}

type DeliveriesProps = {
  stats: Stats;
  range: Range;
  onTime: (time: { from: string; until: string }) => void;
};

function Deliveries({ stats, range, onTime }: DeliveriesProps): ReactNode {
  const { totals } = stats;
  const title = deliveries.histogram.title;
  return (
    <Panel title={title}>
      <Chart
        name={title}
        sentence={words.chart.sentence(totals.delivered, totals.failed, totals.held, parts.ranges[range])}
        stats={stats}
        filter={{}}
        onTime={onTime}
        series={statesOver(stats, 'delivered', 'failed', 'held')}
      />
    </Panel>
  );
}

/** Leads to the first steps until it is dismissed. */
function FirstSteps(): ReactNode {
  const [welcome, set] = useKeptChoice(welcomeChoice);
  return welcome === 'hidden' ? null : (
    <Paper
      component="section"
      aria-label={shell.keys.welcome}
      withBorder
      radius="md"
      px="lg"
      py="sm"
      bg="var(--console-tint-soft)"
    >
      <Group justify="space-between">
        <div>
          <b>{words.welcome.title}</b>
          <Text>{words.welcome.text}</Text>
        </div>
        <Group gap="xs">
          <ButtonLink variant="filled" to="/welcome">
            {shell.keys.welcome}
          </ButtonLink>
          <Button variant="subtle" color="gray" onClick={() => set('hidden')}>
            {words.welcome.hide}
          </Button>
        </Group>
      </Group>
    </Paper>
  );
}
