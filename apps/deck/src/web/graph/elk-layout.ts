import type { ELK, ElkNode } from 'elkjs/lib/elk-api.js';
import { useEffect, useMemo, useState } from 'react';

/** Size of a node, in pixels; all are equal, so that the eye compares positions only. */
export const NODE = { width: 156, height: 54 } as const;

/** What is laid out: node ids and edges between them. */
export interface LayoutInput {
  readonly nodes: readonly string[];
  readonly edges: readonly (readonly [from: string, to: string])[];
}

/** Where each node's upper left corner is. */
export type Positions = ReadonlyMap<string, { readonly x: number; readonly y: number }>;

let engine: Promise<ELK> | undefined;

/** Loads the layout engine and its worker on first use: neither is in the page's first bundle. */
function elk(): Promise<ELK> {
  engine ??= Promise.all([import('elkjs/lib/elk-api.js'), import('elkjs/lib/elk-worker.min.js?url')]).then(
    ([{ default: Elk }, { default: workerUrl }]) => new Elk({ workerUrl }),
  );
  return engine;
}

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.layered.spacing.nodeNodeBetweenLayers': '32',
  'elk.spacing.nodeNode': '18',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
};

const known = new Map<string, Positions>();
const keyOf = (input: LayoutInput): string => JSON.stringify([input.nodes, input.edges]);
function graphOf(key: string): LayoutInput {
  const [nodes, edges] = JSON.parse(key) as [string[], [string, string][]];
  return { nodes, edges };
}

/** Lays a graph out from left to right, in a worker. The same graph is laid out once. */
export async function layout(input: LayoutInput): Promise<Positions> {
  const key = keyOf(input);
  const before = known.get(key);
  if (before) return before;
  const graph: ElkNode = {
    id: 'root',
    layoutOptions: OPTIONS,
    children: input.nodes.map((id) => ({ id, ...NODE })),
    edges: input.edges.map(([from, to], index) => ({ id: `e${index}`, sources: [from], targets: [to] })),
  };
  const placed = await (await elk()).layout(graph);
  const positions: Positions = new Map(
    (placed.children ?? []).map((node) => [node.id, { x: node.x ?? 0, y: node.y ?? 0 }]),
  );
  known.set(key, positions);
  return positions;
}

/** Columns by longest path, rows in order: what is shown at once, until the engine has placed the nodes better. */
export function quickLayout({ nodes, edges }: LayoutInput): Positions {
  const ranks = new Map(nodes.map((id) => [id, 0]));
  for (let round = 0, changed = true; changed && round < nodes.length; round++) {
    changed = false;
    for (const [from, to] of edges) {
      const least = (ranks.get(from) ?? 0) + 1;
      if ((ranks.get(to) ?? 0) >= least) continue;
      ranks.set(to, least);
      changed = true;
    }
  }
  const columns = Map.groupBy(nodes, (id) => ranks.get(id) ?? 0);
  const tallest = Math.max(0, ...[...columns.values()].map((column) => column.length));
  const positions = new Map<string, { x: number; y: number }>();
  for (const [rank, column] of columns)
    column.forEach((id, row) =>
      positions.set(id, { x: rank * (NODE.width + 32), y: (row + (tallest - column.length) / 2) * (NODE.height + 18) }),
    );
  return positions;
}

/** Positions of a graph: at once a plain layout, then the engine's; the same graph keeps its positions. */
export function useLayout(input: LayoutInput): Positions {
  const key = keyOf(input);
  const [placed, setPlaced] = useState<{ readonly key: string; readonly positions: Positions }>();
  useEffect(() => {
    let current = true;
    layout(graphOf(key)).then(
      (positions) => current && setPlaced({ key, positions }),
      // The plain layout stays: a graph that is drawn less well is better than none.
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [key]);
  const plain = useMemo(() => known.get(key) ?? quickLayout(graphOf(key)), [key]);
  return placed?.key === key ? placed.positions : plain;
}
