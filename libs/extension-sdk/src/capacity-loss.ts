/**
 * What a change takes away of the capacity that serves: of one server group, or of instances wherever they belong.
 * `all`: nothing of the group serves any more. `share`: so many percent of its whole capacity stop serving. `size`: it is
 * given these bounds, of which those that are absent stay. `instances`: these stop serving, if only for a while.
 */
export type CapacityLoss = { readonly region: string } & (
  | { readonly kind: 'all'; readonly serverGroupName: string }
  | { readonly kind: 'share'; readonly serverGroupName: string; readonly percentage: number }
  | {
      readonly kind: 'size';
      readonly serverGroupName: string;
      readonly min?: number | undefined;
      readonly max?: number | undefined;
      readonly desired?: number | undefined;
    }
  | { readonly kind: 'instances'; readonly instanceIds: readonly string[] }
);
