import type { ELK, ElkNode } from 'elkjs/lib/elk-api.js';
import { useEffect, useState } from 'react';

/** Size of a node, in pixels; all are equal, so that the eye compares positions only. */
export const NODE = { width: 196, height: 56 } as const;

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
  'elk.layered.spacing.nodeNodeBetweenLayers': '64',
  'elk.spacing.nodeNode': '22',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
};

const known = new Map<string, Positions>();
const keyOf = (input: LayoutInput): string => JSON.stringify([input.nodes, input.edges]);

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

/** Positions of a graph; those of the graph before stay until the new ones are there, so nothing flickers. */
export function useLayout(input: LayoutInput): {
  readonly positions: Positions | undefined;
  readonly error: Error | undefined;
} {
  const key = keyOf(input);
  const [state, setState] = useState<{ positions: Positions | undefined; error: Error | undefined }>({
    positions: known.get(key),
    error: undefined,
  });
  useEffect(() => {
    let current = true;
    const [nodes, edges] = JSON.parse(key) as [string[], [string, string][]];
    layout({ nodes, edges }).then(
      (positions) => current && setState({ positions, error: undefined }),
      (error: unknown) =>
        current && setState((was) => ({ ...was, error: error instanceof Error ? error : new Error(String(error)) })),
    );
    return () => {
      current = false;
    };
  }, [key]);
  return state;
}
