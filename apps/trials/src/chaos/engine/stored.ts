import { once } from 'node:events';
import { createServer } from 'node:http';
import { storedPipelines } from './kinds.ts';

/** Who stores pipelines in the place of front50: it is asked for those that others run. */
export interface PipelineStore {
  readonly url: string;
  close(): void;
}

/** Answers front50's `GET /pipelines/ID` for the stored pipelines of the trial, and 404 for anything else. */
export async function startPipelineStore(receiver: string): Promise<PipelineStore> {
  const stored = new Map(
    Object.entries(storedPipelines(receiver)).map(([id, stages]) => [
      `/pipelines/${id}`,
      { id, name: id, application: 'chaos', parameterConfig: [{ name: 'tag', required: true }], stages },
    ]),
  );
  const server = createServer((request, response) => {
    const found = stored.get(request.url ?? '');
    response
      .writeHead(found ? 200 : 404, { 'content-type': 'application/json' })
      .end(JSON.stringify(found ?? { message: `There is no ${request.url}` }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The system gave the pipeline store no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
