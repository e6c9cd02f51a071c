import { Text, Title } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useStats } from '../../data/stats.ts';
import { actions as words } from '../../messages/en/actions.ts';
import { outcomes } from '../../messages/en/outcomes.ts';
import { parts } from '../../messages/en/parts.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatNumber } from '../../messages/format.ts';
import { Chart } from '../../parts/chart/chart.tsx';
import { useChartMarks } from '../../parts/chart/chart-marks.ts';
import { gapsIn } from '../../parts/chart/chart-series.ts';
import { type ChartTime, ChartTimePicker } from '../../parts/chart/chart-time.tsx';
import { Panel } from '../../parts/panel.tsx';
import css from './action-figures.module.css';

const w = words.details;
const stages = ['matched', 'created', 'delivered', 'held', 'failed', 'skipped'] as const;

type Props = { actionId: string; time: ChartTime; onTime: (time: Partial<ChartTime>) => void };

/** What an action did in a range: over time, from event to delivery, and why not everything arrived. */
export function ActionFigures({ actionId, time, onTime }: Props): ReactNode {
  const navigate = useNavigate();
  const { data } = useStats('action', actionId, time);
  const marks = useChartMarks(data?.from ?? '', data?.until ?? '', [actionId]);
  if (data === undefined) return null;
  const { totals, series, reasons } = data;
  const most = Math.max(totals.matched, totals.created, 1);
  return (
    <Panel title={w.happened}>
      <div>
        <ChartTimePicker time={time} onChange={onTime} />
      </div>
      <Chart
        name={w.chart}
        sentence={w.chartSentence(totals.matched, totals.delivered, totals.failed)}
        times={series.map(({ at }) => at)}
        marks={marks}
        gaps={gapsIn(data)}
        onZoom={(from, until) => onTime({ from, until })}
        onOpen={(from, until) =>
          void navigate({ to: '/deliveries', search: { action: actionId, range: 'custom', from, until } })
        }
        series={[
          { label: w.series.matched, tone: 'work', values: series.map((one) => one.matched) },
          { label: parts.status.delivered, tone: 'good', values: series.map((one) => one.delivered) },
          { label: parts.status.failed, tone: 'bad', values: series.map((one) => one.failed) },
        ]}
      />
      <div className={css['columns']}>
        <div>
          <Title order={3}>{w.funnel}</Title>
          <dl className={css['funnel']}>
            {stages.map((stage) => (
              <div key={stage} className={css['stage']} data-stage={stage}>
                <dt>{w.stages[stage]}</dt>
                <dd>{formatNumber(totals[stage])}</dd>
                <svg aria-hidden="true" viewBox="0 0 100 1" preserveAspectRatio="none">
                  <rect width={Math.min((totals[stage] / most) * 100, 100)} height="1" />
                </svg>
              </div>
            ))}
          </dl>
        </div>
        <div>
          <Title order={3}>{w.reasons}</Title>
          {reasons.length === 0 ? (
            <Text c="dimmed" mt="xs">
              {terms.none}
            </Text>
          ) : (
            <dl className={css['reasons']}>
              {reasons.map(({ outcome, reason, count }) => (
                <div key={`${outcome} ${reason}`}>
                  <dt>
                    {reasonWords(reason)} <span>({w.outcomes[outcome]})</span>
                  </dt>
                  <dd>{formatNumber(count)}</dd>
                </div>
              ))}
            </dl>
          )}
        </div>
      </div>
    </Panel>
  );
}

function reasonWords(reason: string): string {
  const known: Readonly<Record<string, { short: string }>> = outcomes.reason;
  return known[reason]?.short ?? reason;
}
