-- Whole lists are read along an index, row by row, in their order.
create index pipelines_listed on front50.pipelines (kind, application, position, name_key);

-- What was deleted last, without reading every version of everything.
create index pipeline_versions_deleted on front50.pipeline_versions (updated_at desc) where deleted;
create index application_versions_deleted on front50.application_versions (updated_at desc) where deleted;
create index document_versions_deleted on front50.document_versions (updated_at desc) where deleted;
