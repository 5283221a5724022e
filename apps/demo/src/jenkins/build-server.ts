import { createReadStream } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { BuildFolder, BuildRecord } from './build-folder.ts';

/** A listening build server. */
export interface BuildServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a build folder on a port (any free one when 0) with the part of Jenkins' remote API that a delivery platform reads: jobs, builds, archived files.
 * @throws Error naming the port when it is in use
 */
export async function serveBuilds(folder: BuildFolder, port: number): Promise<BuildServer> {
  let url = '';
  const server = createServer((request, response) => {
    answer(folder, url, request.url ?? '/', response).catch((error: unknown) => {
      send(response, 500, { message: error instanceof Error ? error.message : String(error) });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(
              `The build server cannot listen on 127.0.0.1:${port}: the port is in use, perhaps by another demo`,
            )
          : error,
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  url = `http://127.0.0.1:${address && typeof address === 'object' ? address.port : port}`;
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(folder: BuildFolder, url: string, target: string, response: ServerResponse): Promise<void> {
  const path = decodeURIComponent(new URL(target, url).pathname);
  if (path === '/api/json') {
    const jobs = (await folder.jobs()).map((name) => ({ name, url: `${url}/job/${name}/`, color: 'blue' }));
    return send(response, 200, { _class: 'hudson.model.Hudson', jobs });
  }
  const job = /^\/job\/([\w.-]+)\/api\/json$/.exec(path);
  if (job?.[1]) return sendJob(folder, url, job[1], response);
  const [, name = '', number = '', rest = ''] = /^\/job\/([\w.-]+)\/(\d+)\/(.*)$/.exec(path) ?? [];
  const build = name ? await folder.find(name, Number(number)) : null;
  if (build && rest === 'api/json') return send(response, 200, await buildDocument(folder, url, build));
  const file = build && rest.startsWith('artifact/') ? await folder.file(name, Number(number), rest.slice(9)) : null;
  if (!file) return send(response, 404, { message: `${path} is not here` });
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  createReadStream(file).pipe(response);
}

async function sendJob(folder: BuildFolder, url: string, name: string, response: ServerResponse): Promise<void> {
  const numbers = await folder.builds(name);
  if (numbers.length === 0) return send(response, 404, { message: `There is no job ${name}` });
  const builds = numbers.map((number) => ({ number, url: buildUrl(url, name, number) }));
  send(response, 200, { name, url: `${url}/job/${name}/`, buildable: true, builds, lastBuild: builds[0] });
}

/** Address of a build's page. */
export function buildUrl(server: string, job: string, number: number): string {
  return `${server}/job/${job}/${number}/`;
}

async function buildDocument(folder: BuildFolder, url: string, build: BuildRecord): Promise<object> {
  return {
    _class: 'org.jenkinsci.plugins.workflow.job.WorkflowRun',
    number: build.number,
    id: String(build.number),
    url: buildUrl(url, build.job, build.number),
    fullDisplayName: `${build.job} #${build.number}`,
    building: false,
    result: build.result,
    timestamp: build.timestamp,
    duration: 4_000,
    artifacts: await folder.files(build.job, build.number),
    actions: [
      {
        _class: 'hudson.plugins.git.util.BuildData',
        lastBuiltRevision: { SHA1: build.commit, branch: [{ SHA1: build.commit, name: build.branch }] },
        remoteUrls: [`https://git.example.com/demo/${build.job}.git`],
      },
    ],
  };
}

function send(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
