/** Faults of the product itself that a run can be told to contain, so that its checks must see them. */
export const ENGINE_PLANTS = [
  'lost-message',
  'no-fence',
  'renew-all-claims',
  'double-effect',
  'skip-fsync',
  'sweeper-off',
] as const;
export type EnginePlant = (typeof ENGINE_PLANTS)[number];
