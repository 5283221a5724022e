// A generator as Prisma starts them: JSON-RPC, a line per message, questions on stdin and answers on stderr.
// Instead of code it writes the data model that Prisma read, as JSON, to the generator's output file.
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const questionSchema = z.object({ id: z.number(), method: z.string(), params: z.unknown() });
const generateSchema = z.object({
  generator: z.object({ output: z.object({ value: z.string() }) }),
  dmmf: z.object({ datamodel: z.unknown() }),
});

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = questionSchema.parse(JSON.parse(line));
  if (method === 'generate') {
    const { generator, dmmf } = generateSchema.parse(params);
    writeFileSync(generator.output.value, JSON.stringify(dmmf.datamodel));
  }
  const result =
    method === 'getManifest' ? { manifest: { prettyName: 'Data model', defaultOutput: './model.json' } } : null;
  process.stderr.write(`${JSON.stringify({ jsonrpc: '2.0', result, id })}\n`);
});
