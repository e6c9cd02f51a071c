import { Button, Group, Paper, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { type DeliveryState, type Stats, useDeliveryState, useStats } from '../../data/data.ts';
import {
  deliveries,
  formatDuration,
  formatNumber,
  formatPercent,
  home,
  nouns,
  parts,
  shell,
  terms,
  home as words,
} from '../../messages/en.ts';
import { Chart } from '../../parts/chart/chart.tsx';
import { statesOver } from '../../parts/chart/chart-series.ts';
import { ChartTimePicker, useChartTime, useWeekBefore } from '../../parts/chart/chart-time.tsx';
import { Funnel, Reasons } from '../../parts/chart/funnel.tsx';
import { addressOf, ButtonLink, Note, Panel, PlainLink, Problem, Time, Toned, useNow } from '../../parts/parts.ts';
import { useKeptChoice, welcomeChoice } from '../../session/kept-choice.ts';
import { useMay, useMe } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { Attention, useIssues } from './attention.tsx';
import css from './home-page.module.css';
import { ratePerMinute } from './rate.ts';
import { type DocumentsHere, useDocuments } from './use-documents.ts';

/** Traffic, and what needs attention. */
export function HomePage(): ReactNode {
  const [time, setTime] = useChartTime();
  const isKnown = useMe() !== undefined;
  const maySeeNumbers = useMay('settings:view');
  const documents = useDocuments();
  const stats = useStats('all', undefined, time);
  const { data, error, refetch } = stats;
  const before = useWeekBefore('all', undefined, data, time);
  return (
    <Page
      title={shell.pages.home}
      lead={words.lead}
      actions={maySeeNumbers ? <ChartTimePicker time={time} stats={data} onChange={setTime} /> : undefined}
    >
      <Stack>
        <FirstSteps />
        {isKnown && !maySeeNumbers ? <Text c="dimmed">{terms.noFigures}</Text> : null}
        {error !== null && data === undefined ? <Problem error={error} onRetry={() => void refetch()} /> : null}
        {data === undefined && maySeeNumbers && error === null ? <Skeleton height={96} /> : null}
        {data === undefined ? null : <Tiles stats={data} firstCollector={documents.firstCollector} />}
        <div className={css['columns']}>
          <Stack>
            {data === undefined ? null : (
              <>
                <FunnelPanel stats={data} />
                <Panel title={deliveries.histogram.title}>
                  <Chart
                    name={deliveries.histogram.title}
                    sentence={words.chart.sentence(data.totals, parts.ranges[data.range])}
                    stats={data}
                    filter={{}}
                    onTime={setTime}
                    series={[
                      ...statesOver(data, 'delivered', 'failed', 'held'),
                      ...(before === undefined ? [] : [before]),
                    ]}
                  />
                </Panel>
              </>
            )}
            {maySeeNumbers ? null : <RecentChanges documents={documents} />}
          </Stack>
          <Stack>
            <Attention documents={documents} stats={data} />
            {maySeeNumbers ? <RecentChanges documents={documents} /> : null}
          </Stack>
        </div>
      </Stack>
    </Page>
  );
}

/** Leads those who can take the first steps to them until it is dismissed, but not past a critical issue. */
function FirstSteps(): ReactNode {
  const [welcome, set] = useKeptChoice(welcomeChoice);
  const mayConnect = useMay('connections:manage');
  const mayAct = useMay('actions:manage');
  const isUrgent = useIssues().data?.data.some(({ severity }) => severity === 'critical') === true;
  return welcome === 'hidden' || !mayConnect || !mayAct || isUrgent ? null : (
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

const funnelWords = home.funnel;
const { skipped, cancelled, delivered } = parts.status;
const reasonsMax = 5;
const ends = [
  ['held', parts.funnel.holds, 'hand', 'warn'],
  ['retried', terms.retried, 'retry', 'warn'],
  ['failed', parts.funnel.failures, 'cross', 'calm'],
  ['skipped', skipped, 'skip', 'calm'],
  ['cancelled', cancelled, 'skip', 'calm'],
  ['reopened', parts.funnel.reopened, 'retry', 'calm'],
  ['rejected', parts.funnel.rejected, 'off', 'bad'],
] as const;

/** How many of the received events led to deliveries, how the others ended, and why. */
function FunnelPanel({ stats: { totals, reasons } }: { stats: Stats }): ReactNode {
  const present = ends.filter(([end]) => totals[end] > 0);
  return (
    <Panel title={parts.funnel.title}>
      <Funnel
        stages={[
          [terms.eventsReceived, totals.received, 'work'],
          [funnelWords.matched, totals.matched, 'work'],
          [parts.funnel.created, totals.created, 'work'],
          [delivered, totals.delivered, 'good'],
        ]}
      />
      {present.length === 0 ? null : (
        <Group component="ul" gap="md">
          {present.map(([end, name, icon, tone]) => (
            <li key={end}>
              <Toned icon={icon} tone={tone}>
                {name} <b className="tabular">{formatNumber(totals[end])}</b>
              </Toned>
            </li>
          ))}
        </Group>
      )}
      {totals.unmatched > 0 ? <Text c="dimmed">{funnelWords.unmatched(totals.unmatched)}</Text> : null}
      {reasons.length === 0 ? null : <Reasons reasons={reasons.slice(0, reasonsMax)} />}
    </Panel>
  );
}

const changeWords = home.changes;
const shown = 8;
const kinds = ['connection', 'destination', 'action', 'behavior', 'collector'] as const;

/** Who changed what, newest first. */
function RecentChanges({ documents }: { documents: DocumentsHere }): ReactNode {
  const changed = kinds
    .flatMap((kind) => (documents.changed[kind] ?? []).map((document) => ({ kind, document })))
    .filter(({ document }) => !('standard' in document && document.standard))
    .toSorted((a, b) => (a.document.updatedAt < b.document.updatedAt ? 1 : -1));
  const mayAudit = useMay('audit:view');
  const isWaiting = documents.isLoading && changed.length === 0;
  if (documents.isHidden) return null;
  return (
    <Panel title={changeWords.title}>
      {isWaiting ? <Skeleton height={120} /> : null}
      {!isWaiting && documents.error === null && changed.length === 0 ? (
        <Text c="dimmed">{changeWords.none}</Text>
      ) : null}
      {changed.length === 0 ? null : (
        <Stack component="ul" gap="xs">
          {changed.slice(0, shown).map(({ kind, document }) => (
            <li key={document.id}>
              <PlainLink to={addressOf(kind, document)}>{document.name}</PlainLink>
              <Note>
                {(document.version === 1 ? changeWords.created : changeWords.changed)(
                  nouns[`${kind}s`].one,
                  document.updatedBy,
                )}
                , <Time at={document.updatedAt} />
              </Note>
            </li>
          ))}
        </Stack>
      )}
      {mayAudit ? (
        <PlainLink to="/settings/audit" inherit={false} size="sm">
          {changeWords.all}
        </PlainLink>
      ) : null}
    </Panel>
  );
}

const tileWords = home.tiles;

/** The most important numbers. */
function Tiles({ stats, firstCollector }: { stats: Stats } & Pick<DocumentsHere, 'firstCollector'>): ReactNode {
  const now = useNow();
  const { totals, latency } = stats;
  const state = useDeliveryState().data;
  const ended = totals.delivered + totals.failed;
  const perMinute = ratePerMinute(totals.received, stats, firstCollector);
  const rate = perMinute > 0 && perMinute < 1 ? tileWords.underOne : formatNumber(Math.round(perMinute));
  const tiles: [name: string, value: ReactNode, hint?: string][] = [
    [terms.eventsReceived, formatNumber(totals.received), tileWords.perMinute(rate)],
    ended === 0
      ? [tileWords.success, terms.noneYet]
      : [tileWords.success, formatPercent(totals.delivered / ended), tileWords.successHint],
    [tileWords.latency, latency === null ? terms.noneYet : formatDuration(latency.p95Ms)],
    ...(state === undefined ? [] : [[tileWords.waiting, ageOf(state, now)] satisfies [string, string]]),
    ...(state === undefined
      ? []
      : [[tileWords.held, <HeldNow key="held" held={state.held} />] satisfies [string, ReactNode]]),
  ];
  return (
    <SimpleGrid component="dl" minColWidth="min(8rem, 100%)" autoFlow="auto-fit">
      {tiles.map(([name, value, hint]) => (
        <Paper key={name} className={css['tile'] ?? ''}>
          <Text component="dt" c="dimmed" size="sm">
            {name}
          </Text>
          <dd className={css['figure']}>{value}</dd>
          {hint === undefined ? null : (
            <Text component="dd" c="dimmed" size="sm">
              {hint}
            </Text>
          )}
        </Paper>
      ))}
    </SimpleGrid>
  );
}

const ageOf = ({ oldestPendingAt }: DeliveryState, now: number): string =>
  oldestPendingAt === null ? terms.none : formatDuration(Math.max(0, now - Date.parse(oldestPendingAt)));

/** How many deliveries are held now, as a link to them. */
function HeldNow({ held }: { held: number }): ReactNode {
  return held === 0 ? (
    terms.none
  ) : (
    <PlainLink to="/deliveries" search={{ status: 'held' }}>
      {formatNumber(held)}
    </PlainLink>
  );
}
