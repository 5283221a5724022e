import type { Double, Float } from './values.ts';

/** An expression as a tree. `at` is a character's place, from 0. */
export type Node =
  | { readonly kind: 'literal'; readonly value: string | number | bigint | boolean | null | Double | Float }
  | { readonly kind: 'list'; readonly items: readonly Node[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [Node, Node])[] }
  | { readonly kind: 'name'; readonly name: string; readonly at: number }
  | { readonly kind: 'variable'; readonly name: string; readonly at: number }
  | { readonly kind: 'function'; readonly name: string; readonly args: readonly Node[]; readonly at: number }
  | {
      readonly kind: 'property';
      readonly target: Node;
      readonly name: string;
      readonly safe: boolean;
      readonly at: number;
    }
  | {
      readonly kind: 'method';
      readonly target: Node | undefined;
      readonly name: string;
      readonly args: readonly Node[];
      readonly safe: boolean;
      readonly at: number;
    }
  | { readonly kind: 'type'; readonly name: string; readonly at: number }
  | { readonly kind: 'new'; readonly name: string; readonly args: readonly Node[]; readonly at: number }
  /** `new String[2]`, `new int[]{1, 2}`. */
  | {
      readonly kind: 'array';
      readonly name: string;
      readonly size: Node | undefined;
      readonly items: readonly Node[] | undefined;
      readonly at: number;
    }
  | { readonly kind: 'index'; readonly target: Node; readonly index: Node; readonly at: number }
  | {
      readonly kind: 'select';
      readonly target: Node;
      readonly which: 'all' | 'first' | 'last';
      readonly condition: Node;
      readonly safe: boolean;
      readonly at: number;
    }
  | {
      readonly kind: 'project';
      readonly target: Node;
      readonly value: Node;
      readonly safe: boolean;
      readonly at: number;
    }
  | { readonly kind: 'unary'; readonly operator: '!' | '-' | '+'; readonly operand: Node }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Node;
      readonly right: Node;
      readonly at: number;
    }
  | { readonly kind: 'ternary'; readonly condition: Node; readonly then: Node; readonly otherwise: Node }
  | { readonly kind: 'elvis'; readonly value: Node; readonly otherwise: Node };
