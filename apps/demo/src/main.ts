import { parseArgs } from 'node:util';
import { type Plant, PLANTS, play } from './play.ts';
import { printReport } from './report.ts';
import { findOrStart } from './system.ts';

/** `npm run demo [-- --data DIR --offset N --plant FAULT]`: plays the demo, prints what was seen, exits 0 when all is well. */
const started = performance.now();
const say = (line: string): void =>
  console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);

try {
  const { values } = parseArgs({
    options: { data: { type: 'string' }, offset: { type: 'string' }, plant: { type: 'string' } },
  });
  const system = await findOrStart({ data: values.data, offset: values.offset, say });
  try {
    const rows = await play(system, plantOf(values.plant), say);
    process.exitCode = printReport('demo', rows) ? 0 : 1;
  } finally {
    await system.stop();
  }
} catch (error) {
  const problem = error instanceof Error ? error.message : String(error);
  console.error(problem);
  console.log(JSON.stringify({ name: 'demo', ok: false, problem, rows: [] }));
  process.exitCode = 1;
}

function plantOf(name: string | undefined): Plant | undefined {
  if (name === undefined) return undefined;
  const plant = PLANTS.find((known) => known === name);
  if (!plant) throw new Error(`--plant ${name}: the faults are ${PLANTS.join(', ')}`);
  return plant;
}
