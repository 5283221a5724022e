import type { Queryable } from '@gennaker/store/database';

/** A pipeline that uses a template. */
export type Dependent = {
  readonly id: string;
  readonly name: string;
  readonly application: string;
  readonly reference: string;
};

/** Pipelines that use any version of a template. */
export async function dependentsOf(client: Queryable, id: string): Promise<Dependent[]> {
  const { rows } = await client.query<Dependent>(
    `select id, name, application, body::jsonb #>> '{template,reference}' as reference from front50.pipelines
     where body like '%templatedPipeline%' and body::jsonb #>> '{template,reference}' ~ $1
     order by application, name_key`,
    [`^spinnaker://${id.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}(:|@|$)`],
  );
  return rows;
}
