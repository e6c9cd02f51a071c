import { Button, Skeleton, Text } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useStats } from '../../data/stats.ts';
import { home as words } from '../../messages/en/home.ts';
import { parts } from '../../messages/en/parts.ts';
import { shell } from '../../messages/en/shell.ts';
import { Chart } from '../../parts/chart/chart.tsx';
import { useChartMarks } from '../../parts/chart/chart-marks.ts';
import { gapsIn } from '../../parts/chart/chart-series.ts';
import { type ChartTime, ChartTimePicker, useChartTime } from '../../parts/chart/chart-time.tsx';
import type { Range } from '../../parts/list/list-search.ts';
import { Panel } from '../../parts/panel.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useMay, useMe } from '../../session/rights.ts';
import { isWelcomeHidden, setWelcomeHidden } from '../../session/welcome-hidden.ts';
import { Page } from '../../shell/page.tsx';
import { Attention } from './attention.tsx';
import { Funnel } from './funnel.tsx';
import css from './home-page.module.css';
import { RecentChanges } from './recent-changes.tsx';
import { Tiles } from './tiles.tsx';
import { useDocuments } from './use-documents.ts';

/** What came in, what went out, what needs somebody. */
export function HomePage(): ReactNode {
  const time = useChartTime(useSearch({ from: '/shell/' }));
  const navigate = useNavigate({ from: '/' });
  const isKnown = useMe() !== undefined;
  const maySeeNumbers = useMay('settings:view');
  const documents = useDocuments();
  const stats = useStats('all', undefined, time);
  const setTime = (next: Partial<ChartTime>) =>
    void navigate({ search: (present) => ({ ...present, ...next }), replace: true });
  return (
    <Page
      title={shell.pages.home}
      lead={words.lead}
      actions={maySeeNumbers ? <ChartTimePicker time={time} onChange={setTime} /> : undefined}
    >
      <div className={css['page']}>
        <FirstSteps />
        {isKnown && !maySeeNumbers ? <Text c="dimmed">{words.noStats}</Text> : null}
        {stats.error !== null && stats.data === undefined ? (
          <Problem error={stats.error} onRetry={() => void stats.refetch()} />
        ) : null}
        {stats.data === undefined ? (
          maySeeNumbers && stats.error === null ? (
            <Skeleton height={96} />
          ) : null
        ) : (
          <Tiles stats={stats.data} collectors={documents.collectors} />
        )}
        <div className={css['columns']}>
          <div className={css['column']}>
            {stats.data === undefined ? null : (
              <>
                <Funnel stats={stats.data} />
                <Deliveries stats={stats.data} range={time.range} onZoom={(from, until) => setTime({ from, until })} />
              </>
            )}
            {maySeeNumbers ? null : <RecentChanges documents={documents} />}
          </div>
          <div className={css['column']}>
            <Attention documents={documents} stats={stats.data} range={time.range} />
            {maySeeNumbers ? <RecentChanges documents={documents} /> : null}
          </div>
        </div>
      </div>
    </Page>
  );
}

type DeliveriesProps = {
  stats: NonNullable<ReturnType<typeof useStats>['data']>;
  range: Range;
  onZoom: (from: string, until: string) => void;
};

function Deliveries({ stats, range, onZoom }: DeliveriesProps): ReactNode {
  const { series, totals, from: begin, until: end } = stats;
  const navigate = useNavigate();
  const marks = useChartMarks(begin, end);
  const { title, delivered, failed, held, sentence } = words.chart;
  return (
    <Panel title={title}>
      <Chart
        name={title}
        sentence={sentence(totals.delivered, totals.failed, totals.held, parts.ranges[range])}
        times={series.map(({ at }) => at)}
        marks={marks}
        gaps={gapsIn(stats)}
        onZoom={onZoom}
        onOpen={(from, until) => void navigate({ to: '/deliveries', search: { range: 'custom', from, until } })}
        series={[
          { label: delivered, tone: 'good', values: series.map((step) => step.delivered) },
          { label: failed, tone: 'bad', values: series.map((step) => step.failed) },
          { label: held, tone: 'warn', values: series.map((step) => step.held) },
        ]}
      />
    </Panel>
  );
}

/** The way to the first steps, until somebody has seen enough of it. */
function FirstSteps(): ReactNode {
  const [isHidden, hide] = useState(isWelcomeHidden());
  if (isHidden) return null;
  return (
    <section className={css['welcome']} aria-label={words.welcome.go}>
      <div>
        <b>{words.welcome.title}</b>
        <Text>{words.welcome.text}</Text>
      </div>
      <div className={css['buttons']}>
        <Button component={Link} to="/welcome">
          {words.welcome.go}
        </Button>
        <Button
          variant="subtle"
          color="gray"
          onClick={() => {
            hide(true);
            setWelcomeHidden(true);
          }}
        >
          {words.welcome.hide}
        </Button>
      </div>
    </section>
  );
}
