import type { Row } from './row.ts';
import { throughputRows } from './throughput.ts';

/** All rows of the engine's bench, in the order they run. */
export const ROWS: readonly Row[] = [...throughputRows];
