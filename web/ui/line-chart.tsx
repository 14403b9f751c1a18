import classes from './line-chart.module.css';

export interface ChartPoint {
  atMs: number;
  /** Null where it was not measured: the line breaks there. */
  value: number | null;
}

interface LineChartProps {
  /** Says in words what the picture shows. */
  label: string;
  points: readonly ChartPoint[];
  fromMs: number;
  toMs: number;
  /** Further apart than this, two points are not joined: nothing is known of the time between. */
  gapMs: number;
  formatValue: (value: number) => string;
  formatAt: (atMs: number) => string;
}

const WIDTH = 720;
const HEIGHT = 200;
/** Values stand above their lines, within the picture: they are never cut off, however long. */
const EDGE = { left: 4, right: 10, top: 30, bottom: 30 };

/** One measure over time. What was not measured is a gap, never a zero. */
export function LineChart({ label, points, fromMs, toMs, gapMs, formatValue, formatAt }: LineChartProps) {
  const values = points.flatMap(({ value }) => (value === null ? [] : [value]));
  const [low, high] = rangeOf(values);
  const x = (atMs: number) => EDGE.left + ((atMs - fromMs) / (toMs - fromMs)) * (WIDTH - EDGE.left - EDGE.right);
  const y = (value: number) => HEIGHT - EDGE.bottom - ((value - low) / (high - low)) * (HEIGHT - EDGE.top - EDGE.bottom);
  const marks = [low, (low + high) / 2, high];
  const instants = [fromMs, (fromMs + toMs) / 2, toMs];
  const anchors = ['start', 'middle', 'end'] as const;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className={classes['chart']} role="img" aria-label={label}>
      {marks.map((value) => (
        <g key={value}>
          <line x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(value)} y2={y(value)} className={classes['grid']} />
          <text x={EDGE.left} y={y(value) - 5} className={classes['text']}>
            {formatValue(value)}
          </text>
        </g>
      ))}
      {instants.map((atMs, index) => (
        <text key={atMs} x={x(atMs)} y={HEIGHT - 8} textAnchor={anchors[index]} className={classes['text']}>
          {formatAt(atMs)}
        </text>
      ))}
      {stretchesOf(points, gapMs).map((stretch) => (
        <g key={stretch[0]?.atMs}>
          <polyline points={stretch.map((one) => `${x(one.atMs)},${y(one.value)}`).join(' ')} className={classes['line']} />
          {stretch.length === 1 && stretch[0] && (
            <circle cx={x(stretch[0].atMs)} cy={y(stretch[0].value)} r={3} className={classes['dot']} />
          )}
        </g>
      ))}
    </svg>
  );
}

/** A flat line stands in the middle, and a small quiver does not fill the whole height. */
function rangeOf(values: readonly number[]): [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (values.length === 0) return [0, 1];
  const margin = Math.max((high - low) * 0.1, Math.abs(high) * 0.02, 1);
  return [low < 0 ? low - margin : Math.max(0, low - margin), high + margin];
}

interface MeasuredPoint {
  atMs: number;
  value: number;
}

function stretchesOf(points: readonly ChartPoint[], gapMs: number): MeasuredPoint[][] {
  const stretches: MeasuredPoint[][] = [];
  let current: MeasuredPoint[] = [];
  let lastMs = -Infinity;
  for (const { atMs, value } of points) {
    if (value === null || atMs - lastMs > gapMs) current = [];
    if (value === null) continue;
    if (current.length === 0) stretches.push(current);
    current.push({ atMs, value });
    lastMs = atMs;
  }
  return stretches;
}
