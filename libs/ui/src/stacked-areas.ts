/** One layer of a stacked chart: a value for each period. */
export type Layer = readonly number[];

/** The plot's size in the units of its view box. */
interface PlotSize {
  readonly width: number;
  readonly height: number;
  /** The value at the upper edge. */
  readonly highest: number;
}

/** Outlines of stacked layers, as paths: each stands on those before it, a step for each period. */
export function stackedAreas(layers: readonly Layer[], { width, height, highest }: PlotSize): string[] {
  const periods = Math.max(0, ...layers.map(({ length }) => length));
  const floor = Array.from({ length: periods }, () => 0);
  const x = (i: number): string => ((i * width) / periods).toFixed(1);
  const y = (value: number): string => (height - (value / highest) * height).toFixed(1);
  const steps = (values: Layer): string[] => values.map((value, i) => `${x(i)},${y(value)} ${x(i + 1)},${y(value)}`);
  return layers.map((layer) => {
    const bottom = floor.map((value, i) => `${x(i + 1)},${y(value)} ${x(i)},${y(value)}`).toReversed();
    for (const [i, value] of layer.entries()) floor[i] = (floor[i] ?? 0) + value;
    return `M${[...steps(floor), ...bottom].join(' L')}Z`;
  });
}

/** One layer as a line of steps, as a path. */
export function stepLine(layer: Layer, { width, height, highest }: PlotSize): string {
  const x = (i: number): string => ((i * width) / layer.length).toFixed(1);
  const y = (value: number): string => (height - (value / highest) * height).toFixed(1);
  return `M${layer.map((value, i) => `${x(i)},${y(value)} ${x(i + 1)},${y(value)}`).join(' L')}`;
}
