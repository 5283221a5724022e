import '@xyflow/react/dist/style.css';
import type { Icon } from '@gennaker/ui/icons';
import { PlusIcon } from '@gennaker/ui/icons';
import type { Look } from '@gennaker/ui/status';
import { lookWord, StatusIcon } from '@gennaker/ui/status';
import type { Edge, Node, NodeProps } from '@xyflow/react';
import {
  Background,
  BackgroundVariant,
  Controls,
  Handle,
  MarkerType,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
} from '@xyflow/react';
import { useElementSize } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useEffect, useRef } from 'react';
import type { Positions } from './elk-layout.ts';
import { NODE, useLayout } from './elk-layout.ts';

/** A node of a drawn graph. */
export interface GraphNode {
  readonly id: string;
  readonly label: string;
  readonly sub?: string | undefined;
  readonly icon?: Icon | undefined;
  /** Status of a run; absent in the editor. */
  readonly look?: Look;
  /** What is wrong with it; marks it. */
  readonly problem?: string | undefined;
  /** A node that nothing can be dragged from or to. */
  readonly fixed?: boolean;
}

/** What can be done with a drawn graph. Absent: it only shows. */
export interface GraphEditing {
  readonly onConnect: (from: string, to: string) => void;
  readonly onDisconnect: (from: string, to: string) => void;
  readonly onRemove: (id: string) => void;
  readonly onAddAfter: (id: string) => void;
  readonly canConnect: (from: string, to: string) => boolean;
}

interface NodeData extends Record<string, unknown> {
  readonly node: GraphNode;
  readonly editing: GraphEditing | undefined;
}

function StageNode({ data, selected }: NodeProps<Node<NodeData>>) {
  const { node, editing } = data;
  const Glyph = node.icon;
  const movable = editing !== undefined && node.fixed !== true;
  return (
    <div
      className="graph-node gk-tone"
      data-look={node.look ?? 'none'}
      data-selected={selected}
      data-problem={node.problem !== undefined}
      title={node.problem}
    >
      <Handle type="target" position={Position.Left} isConnectable={movable} />
      {Glyph ? (
        <span className="graph-glyph">
          <Glyph size={15} aria-hidden />
        </span>
      ) : null}
      <span className="graph-words">
        <span className="graph-label" title={node.label}>
          {node.label}
        </span>
        {node.sub ? <span className="graph-sub">{node.sub}</span> : null}
      </span>
      {node.look ? <StatusIcon look={node.look} size={16} /> : null}
      <Handle type="source" position={Position.Right} isConnectable={editing !== undefined && node.fixed !== true} />
      {editing ? (
        <button
          type="button"
          className="graph-add nodrag nopan"
          aria-label={`Add a stage after ${node.label}`}
          title="Add a stage after this one"
          onClick={(event) => {
            event.stopPropagation();
            editing.onAddAfter(node.id);
          }}
        >
          <PlusIcon size={13} strokeWidth={2.6} aria-hidden />
        </button>
      ) : null}
    </div>
  );
}
const nodeTypes = { stage: StageNode };

interface GraphViewProps {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly (readonly [string, string])[];
  readonly selected: string | undefined;
  readonly onSelect: (id: string) => void;
  readonly editing?: GraphEditing | undefined;
  readonly label: string;
  readonly children?: ReactNode;
}

/** A pipeline as a graph from left to right. Tab goes through the nodes; Enter selects; the editor adds, connects and removes. */
export function GraphView(props: GraphViewProps) {
  const { nodes, edges } = props;
  const positions = useLayout({ nodes: nodes.map(({ id }) => id), edges });
  const { ref: frame, width } = useElementSize();
  return (
    <div ref={frame} style={{ height: heightOf(positions, width) }}>
      <ReactFlowProvider>
        <Graph {...props} positions={positions} />
      </ReactFlowProvider>
    </div>
  );
}

/** Limits of the drawing's height, in pixels. */
const HEIGHT = { least: 150, most: 360, margin: 84 } as const;

/** Smallest scale at which the words can be read. */
const LEAST_ZOOM = 0.72;

/** The whole graph where it can be read so; otherwise as much as fits around the selected node. */
function viewportFor(positions: Positions, selected: string | undefined, width: number, height: number) {
  const { right, bottom } = extent(positions);
  const zoom = Math.max(LEAST_ZOOM, Math.min(1, (width - 48) / right, (height - 32) / bottom));
  const at = (selected ? positions.get(selected) : undefined) ?? { x: 0, y: 0 };
  const shift = (size: number, whole: number, from: number, node: number): number =>
    whole * zoom <= size - 32
      ? (size - whole * zoom) / 2
      : Math.max(size - 24 - whole * zoom, Math.min(24, size / 2 - (from + node / 2) * zoom));
  return { zoom, x: shift(width, right, at.x, NODE.width), y: shift(height, bottom, at.y, NODE.height) };
}

/** As high as the graph needs, so that what is below it stays in view. */
function heightOf(positions: Positions, width: number): number {
  const { right, bottom } = extent(positions);
  const zoom = width === 0 ? 1 : Math.min(1, Math.max(LEAST_ZOOM, (width - 48) / right));
  return Math.min(HEIGHT.most, Math.max(HEIGHT.least, bottom * zoom + HEIGHT.margin));
}

/** Right and lower edge of what is drawn. */
function extent(positions: Positions): { readonly right: number; readonly bottom: number } {
  const places = [...positions.values()];
  return {
    right: Math.max(0, ...places.map(({ x }) => x)) + NODE.width,
    bottom: Math.max(0, ...places.map(({ y }) => y)) + NODE.height,
  };
}

function Graph({
  nodes,
  edges,
  selected,
  onSelect,
  editing,
  label,
  positions,
}: GraphViewProps & { readonly positions: Positions }) {
  const flow = useReactFlow();
  const around = useRef(selected);
  around.current = selected;
  const width = useStore((store) => store.width);
  const height = useStore((store) => store.height);
  useEffect(() => {
    if (width === 0 || height === 0) return;
    void flow.setViewport(viewportFor(positions, around.current, width, height));
    // The view moves when the graph or its frame changes, never because something was selected.
  }, [positions, width, height, flow]);
  const flowNodes: Node<NodeData>[] = nodes.map((node) => ({
    id: node.id,
    type: 'stage',
    position: positions.get(node.id) ?? { x: 0, y: 0 },
    width: NODE.width,
    height: NODE.height,
    selected: node.id === selected,
    data: { node, editing },
    ariaLabel: [node.label, node.look ? lookWord(node.look) : node.sub, node.problem].filter(Boolean).join(', '),
    deletable: editing !== undefined && node.fixed !== true,
  }));
  const flowEdges: Edge[] = edges.map(([from, to]) => ({
    id: `${from}→${to}`,
    source: from,
    target: to,
    type: 'default',
    markerEnd: { type: MarkerType.ArrowClosed, width: 15, height: 15, color: 'var(--gk-border-strong)' },
    deletable: editing !== undefined && !nodes.some((node) => node.fixed && node.id === from),
    selectable: editing !== undefined,
  }));
  return (
    <ReactFlow
      className="graph"
      aria-label={label}
      nodes={flowNodes}
      edges={flowEdges}
      nodeTypes={nodeTypes}
      nodesDraggable={false}
      nodesConnectable={editing !== undefined}
      nodesFocusable
      edgesFocusable={editing !== undefined}
      deleteKeyCode={editing ? ['Delete', 'Backspace'] : null}
      onNodeClick={(_, node) => onSelect(node.id)}
      onNodesChange={(changes) => {
        const chosen = changes.find((change) => change.type === 'select' && change.selected);
        if (chosen && 'id' in chosen && chosen.id !== selected) onSelect(chosen.id);
      }}
      onConnect={({ source, target }) => editing?.onConnect(source, target)}
      isValidConnection={({ source, target }) => editing?.canConnect(source, target) ?? false}
      onBeforeDelete={async ({ nodes: gone, edges: cut }) => {
        for (const node of gone) editing?.onRemove(node.id);
        if (gone.length === 0) for (const edge of cut) editing?.onDisconnect(edge.source, edge.target);
        return false;
      }}
      onlyRenderVisibleElements={nodes.length > 80}
      minZoom={0.2}
      maxZoom={1.4}
      panOnScroll
      proOptions={{ hideAttribution: true }}
    >
      <Background variant={BackgroundVariant.Dots} gap={18} size={1.2} color="var(--gk-border)" />
      <Controls showInteractive={false} orientation="horizontal" position="bottom-right" />
    </ReactFlow>
  );
}
