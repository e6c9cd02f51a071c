import { type ReactNode, type RefObject, useEffect, useMemo, useRef } from 'react';
// Before uPlot, which reads the locale as it is loaded.
import './chart-locale.ts';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatClock, formatNumber } from '../../messages/en.ts';
import { type ChartGap, type ChartSeries, fillOf } from './chart-series.ts';

type Props = {
  /** The ends of the steps, in ms: what a step counted is drawn where it ends, so that no cause is right of its effect. */
  ends: readonly number[];
  stepMs: number;
  series: readonly ChartSeries[];
  /** Which step the pointer is at; null: none. */
  onPoint: (index: number | null) => void;
  /** Times to mark with a line, in ms. */
  marks: readonly { at: number; tone: ChartSeries['tone'] }[];
  /** Times without a server, in ms. */
  gaps: readonly ChartGap[];
  /** A part of the time was dragged over. */
  onZoom: (from: number, until: number) => void;
  /** A step was clicked. */
  onOpen: (index: number) => void;
};

type Line = Pick<ChartSeries, 'label' | 'tone' | 'isLine'>;
type Latest = RefObject<Pick<Props, 'stepMs' | 'onPoint' | 'onZoom' | 'onOpen'>>;
type Overlay = Pick<Props, 'marks' | 'gaps'>;

const height = 200;

/** The canvas of a chart. */
export function Plot({ ends, series, ...more }: Props): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const overlay = useRef<Overlay>(more);
  const drawn = JSON.stringify({ marks: more.marks, gaps: more.gaps });
  // The same numbers again, as every refetch brings them, draw nothing.
  const shape = JSON.stringify(series.map(({ label, tone, isLine = false }): Line => ({ label, tone, isLine })));
  const numbers = JSON.stringify([ends.map((end) => end / 1_000), ...stacked(series)]);
  const data = useMemo((): uPlot.AlignedData => JSON.parse(numbers), [numbers]);
  const latest = useRef({ ...more, data });
  latest.current = { ...more, data };

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const lines: Line[] = JSON.parse(shape);
    const made = new uPlot(options(element, lines, latest, overlay), latest.current.data, element);
    plot.current = made;
    const sizes = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    sizes.observe(element);
    // A canvas does not follow the style sheet.
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
  useEffect(() => {
    overlay.current = JSON.parse(drawn);
    plot.current?.redraw(false);
  }, [drawn]);

  return <div ref={host} style={{ blockSize: height }} />;
}

function options(
  element: HTMLElement,
  lines: readonly Line[],
  latest: Latest,
  overlay: RefObject<Overlay>,
): uPlot.Options {
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
    cursor: { y: false, drag: { x: true, y: false, setScale: false, dist: 6 }, points: { show: false } },
    // An empty chart is a flat line at 0, not a scale without numbers.
    // The first step has a length too.
    scales: {
      x: { range: (_plot, min, max) => [min === null ? min : min - latest.current.stepMs / 1_000, max] },
      y: { range: (_plot, _min, max) => [0, Math.max(max * 1.1, 1)] },
    },
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
        values: (_plot, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? formatNumber(tick) : '')),
      },
    ],
    // A bar is drawn over those that it is a part of.
    series: [
      {},
      ...inOrder(lines).map(({ label, tone, isLine = false, index }): uPlot.Series => {
        const stroke = ink(`--console-${tone}`);
        const points = { show: false };
        if (isLine) return { label, stroke, width: 2, dash: [6, 4], points, ...steps };
        const fill = () => filling(element, `--console-${tone}`, index);
        return { label, stroke, fill, width: 1, points, ...bars };
      }),
    ],
    hooks: {
      setCursor: [({ cursor }) => latest.current.onPoint(cursor.idx ?? null)],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width <= 0) return;
          const [from, until] = [plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')];
          plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
          latest.current.onZoom(from * 1_000, until * 1_000);
        },
      ],
      ready: [
        ({ over, cursor }) => {
          let pressedAt = 0;
          over.addEventListener('mousedown', ({ clientX }) => {
            pressedAt = clientX;
          });
          over.addEventListener('click', ({ clientX }) => {
            if (Math.abs(clientX - pressedAt) < 6 && cursor.idx != null) latest.current.onOpen(cursor.idx);
          });
        },
      ],
      drawClear: [(plot) => drawGaps(plot, element, overlay.current.gaps)],
      draw: [(plot) => drawMarks(plot, element, overlay.current.marks)],
    },
  };
}

/** A step's bar and its part of a line end where the step does. */
const bars = pathsOf(uPlot.paths.bars?.({ size: [0.8, 48], align: -1 }));

const steps = pathsOf(uPlot.paths.stepped?.({ align: -1 }));

function pathsOf(paths: uPlot.Series.PathBuilder | undefined): Pick<uPlot.Series, 'paths'> {
  return paths === undefined ? {} : { paths };
}

/** The parts of bars from the last to the first, then the lines; `index`: the place in the legend. */
function inOrder(lines: readonly Line[]) {
  const placed = lines.map((line, index) => ({ ...line, index }));
  return [
    ...placed.filter(({ isLine }) => isLine !== true).toReversed(),
    ...placed.filter(({ isLine }) => isLine === true),
  ];
}

/** The values of each part of the bars with those below it, the whole bars first, and then the lines. */
function stacked(series: readonly ChartSeries[]): number[][] {
  const parts = series.filter(({ isLine }) => isLine !== true);
  const sums: number[][] = [];
  for (const { values } of parts) {
    const below = sums[0];
    sums.unshift(values.map((value, at) => value + (below?.[at] ?? 0)));
  }
  return [...sums, ...series.flatMap(({ isLine, values }) => (isLine === true ? [[...values]] : []))];
}

/** What a part of a bar is filled with; the ground first, since it is drawn over the whole bar. */
function filling(element: HTMLElement, name: string, index: number): string | CanvasPattern {
  const ink = colour(element, name);
  const kind = fillOf(index);
  if (kind === 'solid') return ink;
  const size = 8 * devicePixelRatio;
  const tile = document.createElement('canvas');
  tile.width = size;
  tile.height = size;
  const ctx = tile.getContext('2d');
  if (ctx === null) return ink;
  ctx.fillStyle = colour(element, '--console-panel');
  ctx.fillRect(0, 0, size, size);
  ctx.fillStyle = `${ink}40`;
  if (kind === 'light') ctx.fillRect(0, 0, size, size);
  else {
    ctx.strokeStyle = ink;
    ctx.lineWidth = 2 * devicePixelRatio;
    // From corner to corner, and again beyond both, so that tiles meet.
    for (const shift of [-size, 0, size]) {
      ctx.beginPath();
      ctx.moveTo(shift, kind === 'rising' ? size : 0);
      ctx.lineTo(shift + size, kind === 'rising' ? 0 : size);
      ctx.stroke();
    }
  }
  return ctx.createPattern(tile, 'repeat') ?? ink;
}

/** A grey area for each time without a server. */
function drawGaps(plot: uPlot, element: HTMLElement, gaps: Props['gaps']): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = `${colour(element, '--console-calm')}33`;
  for (const { from, until } of gaps) {
    const left = Math.max(plot.valToPos(from / 1_000, 'x', true), bbox.left);
    const right = Math.min(plot.valToPos(until / 1_000, 'x', true), bbox.left + bbox.width);
    if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height);
  }
  ctx.restore();
}

/** A dashed line over the whole height at each mark. */
function drawMarks(plot: uPlot, element: HTMLElement, marks: Props['marks']): void {
  const { ctx } = plot;
  const { top, height: tall, left, width } = plot.bbox;
  ctx.save();
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const { at, tone } of marks) {
    const x = plot.valToPos(at / 1_000, 'x', true);
    if (x < left || x > left + width) continue;
    ctx.strokeStyle = colour(element, `--console-${tone}`);
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + tall);
    ctx.stroke();
  }
  ctx.restore();
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
