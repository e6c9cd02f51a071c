import { type ReactNode, type RefObject, useEffect, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatClock } from '../../messages/format.ts';
import { type ChartSeries, dashes } from './chart-series.ts';

type Props = {
  times: readonly string[];
  series: readonly ChartSeries[];
  format: (value: number) => string;
  /** Which step the pointer is at; null: none. */
  onPoint: (index: number | null) => void;
};

type Line = { label: string; tone: ChartSeries['tone'] };
type Latest = RefObject<Pick<Props, 'format' | 'onPoint'>>;

const height = 200;

/** The canvas of a chart. */
export function Plot({ times, series, format, onPoint }: Props): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ format, onPoint });
  latest.current = { format, onPoint };
  // The same numbers again, as every refetch brings them, draw nothing.
  const shape = JSON.stringify(series.map(({ label, tone }): Line => ({ label, tone })));
  const numbers = JSON.stringify([
    times.map((time) => Date.parse(time) / 1_000),
    ...series.map(({ values }) => values),
  ]);
  const data = useMemo((): uPlot.AlignedData => JSON.parse(numbers), [numbers]);

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const lines: Line[] = JSON.parse(shape);
    const made = new uPlot(options(element, lines, latest), undefined, element);
    plot.current = made;
    const sizes = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    sizes.observe(element);
    // A canvas does not follow the style sheet by itself.
    const themes = new MutationObserver(() => made.redraw());
    themes.observe(document.documentElement, { attributeFilter: ['data-mantine-color-scheme'] });
    return () => {
      sizes.disconnect();
      themes.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape]);
  useEffect(() => plot.current?.setData(data), [data]);

  return <div ref={host} style={{ blockSize: height }} />;
}

function options(element: HTMLElement, lines: readonly Line[], latest: Latest): uPlot.Options {
  const ink = (name: string) => () => colour(element, name);
  const axis = {
    stroke: ink('--console-calm'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: ink('--console-line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    // An empty chart is a flat line at 0, not a scale without numbers.
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(max * 1.1, 1)] } },
    axes: [
      {
        ...axis,
        size: 28,
        grid: { show: false },
        values: (_plot, ticks) => ticks.map((at) => formatClock(new Date(at * 1_000), spanMs(ticks))),
      },
      {
        ...axis,
        size: 44,
        // Counts have no halves.
        values: (_plot, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? latest.current.format(tick) : '')),
      },
    ],
    series: [
      {},
      ...lines.map(
        ({ label, tone }, index): uPlot.Series => ({
          label,
          stroke: ink(`--console-${tone}`),
          ...(index === 0 ? { fill: () => `${colour(element, `--console-${tone}`)}22` } : {}),
          width: 2,
          dash: dashes(index),
          points: { show: false },
        }),
      ),
    ],
    hooks: { setCursor: [({ cursor }) => latest.current.onPoint(cursor.idx ?? null)] },
  };
}

function spanMs(ticks: readonly number[]): number {
  return ((ticks.at(-1) ?? 0) - (ticks[0] ?? 0)) * 1_000;
}

/** What a variable of the style sheet is in the present theme, as `#rrggbb`. */
function colour(element: HTMLElement, name: string): string {
  // Without motion, style sheets make every change a very short one: what is computed would still be the old colour.
  element.style.setProperty('transition', 'none', 'important');
  element.style.color = `var(${name})`;
  const parts = getComputedStyle(element).color.match(/\d+/g) ?? [];
  return `#${parts
    .slice(0, 3)
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('')}`;
}
