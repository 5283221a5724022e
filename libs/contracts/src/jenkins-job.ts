/** Parts of a job's name, however it is written: `folder/job/name`, `folder/name` or `job/folder/job/name/`. */
function parts(job: string): string[] {
  const trimmed = job.replace(/^\/+|\/+$/g, '');
  return trimmed.replace(/^job\//, '').split(/\/job\/|\//);
}

/** The one name of a job, as pipelines write it: `folder/job/name`, however it is given. */
export function jobName(job: string): string {
  return parts(job).join('/job/');
}

/** The path of a job below its master's address: `job/folder/job/name`, each part encoded. */
export function jobPath(job: string): string {
  return parts(job)
    .map((part) => `job/${encodeURIComponent(part)}`)
    .join('/');
}

/** The name of the job that an address below a master belongs to, such as `job/folder/job/name/7/`; undefined when it is none. */
export function jobOfUrl(url: string): string | undefined {
  const path = url.replace(/^https?:\/\/[^/]*/, '');
  const found = [...path.matchAll(/(?:^|\/)job\/([^/?#]+)/g)].map((match) => decode(match[1] ?? ''));
  return found.length === 0 ? undefined : found.join('/job/');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
