import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { object, text } from '@gennaker/ui/stage-ui';

/** The image that a server group runs. */
export function imageOf(group: ServerGroup): string {
  return group.image ?? text(group.buildInfo?.['imageName']) ?? '';
}

/** Version and build of what a server group runs, where the image tells: `1.1 · build 2`. */
export function versionOf(group: ServerGroup): string {
  const build = group.buildInfo ?? {};
  const jenkins = object(build['jenkins']);
  const number = text(jenkins['number']) || text(build['buildNumber']);
  return [text(build['version']), number ? `build ${number}` : ''].filter(Boolean).join(' · ');
}
