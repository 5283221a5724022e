import { lateness } from './lateness.ts';
import { memory } from './memory.ts';
import { recovery } from './recovery.ts';
import type { Row } from './row.ts';
import { stored } from './stored.ts';
import { throughputRows } from './throughput.ts';
import { waiting } from './waiting.ts';

/** All rows of the engine's bench, in the order they run. */
export const ROWS: readonly Row[] = [...throughputRows, lateness, stored, waiting, recovery, memory];
