import type { Application } from '@gennaker/contracts/front50';
import type { Queryable } from '@gennaker/store/database';

/** One version of an application. */
export interface ApplicationVersion {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly at: Date;
  readonly user: string;
  readonly deleted: boolean;
}

/** Adds a version to an application's history. */
export async function addApplicationVersion(client: Queryable, id: string, version: ApplicationVersion): Promise<void> {
  await client.query(
    `insert into front50.application_versions (application_id, version, attributes, updated_at, updated_by, deleted)
     select $1, coalesce(max(version), 0) + 1, $2::jsonb, $3, $4, $5
     from front50.application_versions where application_id = $1`,
    [id, JSON.stringify(version.attributes), version.at, version.user, version.deleted],
  );
}

/** Saved versions of an application, newest first, also of a deleted one. */
export async function applicationHistory(client: Queryable, name: string, limit: number): Promise<Application[]> {
  const { rows } = await client.query<{
    attributes: Record<string, unknown>;
    version: number;
    updated_at: Date;
    updated_by: string;
  }>(
    `select attributes, version, updated_at, updated_by from front50.application_versions
     where application_id = $1 and not deleted order by version desc limit $2`,
    [name.trim().toLowerCase(), limit],
  );
  return rows.map((row) => ({
    ...row.attributes,
    name: name.trim().toLowerCase(),
    version: row.version,
    updateTs: String(row.updated_at.getTime()),
    lastModifiedBy: row.updated_by,
  }));
}
