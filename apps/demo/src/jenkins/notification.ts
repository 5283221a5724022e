import type { BuildFolder, BuildRecord } from './build-folder.ts';
import { buildUrl } from './build-server.ts';

/** Body that Jenkins' Notification plugin posts when a build ends. */
export async function notificationOf(folder: BuildFolder, server: string, build: BuildRecord): Promise<object> {
  const full = buildUrl(server, build.job, build.number);
  const files = await folder.files(build.job, build.number);
  return {
    name: build.job,
    display_name: build.job,
    url: `job/${build.job}/`,
    build: {
      full_url: full,
      number: build.number,
      queue_id: build.number,
      timestamp: build.timestamp,
      phase: 'FINALIZED',
      status: build.result,
      url: `job/${build.job}/${build.number}/`,
      scm: {
        url: `https://git.example.com/demo/${build.job}.git`,
        branch: build.branch,
        commit: build.commit,
        changes: [],
        culprits: [],
      },
      parameters: {},
      log: '',
      notes: '',
      test_summary: { total: 0, failed: 0, passed: 0, skipped: 0, failed_tests: [] },
      artifacts: Object.fromEntries(
        files.map((file) => [file.relativePath, { archive: `${full}artifact/${file.relativePath}` }]),
      ),
    },
  };
}
