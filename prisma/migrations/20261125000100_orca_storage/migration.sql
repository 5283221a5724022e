-- Executions, stages, events and mail in the shape that group commit writes. No release has stored any of them yet:
-- the tables are made anew, and what a development system had is dropped. Starts are made once by the execution's own
-- row (start_key), so the general inbox and outbox go.
DROP TABLE "orca"."mailbox";
DROP TABLE "orca"."events";
DROP TABLE "orca"."stages";
DROP TABLE "orca"."executions";
DROP TABLE "orca"."outbox";
DROP TABLE "orca"."inbox";

-- One row per execution. `data` never changes; `live` is the small part that does. `due_at` is the one time that the
-- sweeper looks at: when somebody should have taken the execution up by itself. Room is left in the pages, so that
-- commits under a held claim update in place.
CREATE TABLE "orca"."executions" (
    "id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "application" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "pipeline_config_id" TEXT,
    "status" TEXT NOT NULL,
    "complete" BOOLEAN NOT NULL DEFAULT false,
    "build_time" BIGINT NOT NULL,
    "start_time" BIGINT,
    "end_time" BIGINT,
    "version" INTEGER NOT NULL,
    "owner" TEXT,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "claim_expires" TIMESTAMPTZ(6),
    "due_at" TIMESTAMPTZ(6),
    "mail_seq" INTEGER NOT NULL DEFAULT 0,
    "mail_applied" INTEGER NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "start_key" TEXT,
    "correlation_id" TEXT,
    "trace" TEXT,
    "config" TEXT,
    "data" JSON NOT NULL,
    "live" JSON NOT NULL,

    CONSTRAINT "executions_pkey" PRIMARY KEY ("id")
) WITH (fillfactor = 70);
CREATE INDEX "executions_application_type_build_time_idx" ON "orca"."executions"("application", "type", "build_time" DESC);
CREATE INDEX "executions_application_type_pipeline_config_id_build_time_idx" ON "orca"."executions"("application", "type", "pipeline_config_id", "build_time" DESC);
CREATE INDEX "executions_pipeline_config_id_build_time_idx" ON "orca"."executions"("pipeline_config_id", "build_time" DESC);
CREATE INDEX "executions_due_at_idx" ON "orca"."executions"("due_at") WHERE "due_at" IS NOT NULL;
CREATE UNIQUE INDEX "executions_start_key_key" ON "orca"."executions"("start_key") WHERE "start_key" IS NOT NULL;
CREATE UNIQUE INDEX "executions_correlation_id_key" ON "orca"."executions"("correlation_id") WHERE "correlation_id" IS NOT NULL AND NOT "complete";
-- Retention's look: what ended first.
CREATE INDEX "executions_end_time_idx" ON "orca"."executions"("end_time") WHERE "complete";

-- No foreign keys among these tables: a row is written in the statement that writes its execution, and deleted with it.
CREATE TABLE "orca"."stages" (
    "execution_id" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "ref_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "start_time" BIGINT,
    "end_time" BIGINT,
    "parent_id" TEXT,
    "data" JSON NOT NULL,
    "context" JSON NOT NULL,
    "outputs" JSON NOT NULL,

    CONSTRAINT "stages_pkey" PRIMARY KEY ("execution_id", "id")
) WITH (fillfactor = 80);

-- History and stream, one row per transition, under the number of its first event: what was decided upon and the events.
-- `xid` orders the stream: a reader passes only transactions below its snapshot's xmin.
CREATE TABLE "orca"."events" (
    "execution_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "id" BIGSERIAL NOT NULL,
    "xid" BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text)::bigint,
    "application" TEXT NOT NULL,
    "pipeline_config_id" TEXT,
    "trace" TEXT,
    "data" JSON NOT NULL,

    CONSTRAINT "events_pkey" PRIMARY KEY ("execution_id", "sequence")
);
CREATE INDEX "events_xid_id_idx" ON "orca"."events"("xid", "id");

-- What comes from outside for an execution, in exact order per execution.
CREATE TABLE "orca"."mailbox" (
    "execution_id" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "message" JSON NOT NULL,
    "trace" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "mailbox_pkey" PRIMARY KEY ("execution_id", "seq")
);
CREATE UNIQUE INDEX "mailbox_execution_id_key_key" ON "orca"."mailbox"("execution_id", "key");

-- Big values by the SHA-256 of their JSON, kept once, and who holds them.
CREATE TABLE "orca"."blobs" (
    "hash" BYTEA NOT NULL,
    "data" TEXT NOT NULL,

    CONSTRAINT "blobs_pkey" PRIMARY KEY ("hash")
);
CREATE TABLE "orca"."blob_uses" (
    "execution_id" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "blob_uses_pkey" PRIMARY KEY ("execution_id", "hash")
);
CREATE INDEX "blob_uses_hash_idx" ON "orca"."blob_uses"("hash");

-- Executions that failed the engine itself, with the evidence; nobody takes them up until they are redriven.
CREATE TABLE "orca"."set_aside" (
    "execution_id" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "reason" JSON NOT NULL,
    "evidence" JSON NOT NULL,

    CONSTRAINT "set_aside_pkey" PRIMARY KEY ("execution_id")
);

-- The processes that run executions, from their heartbeat.
CREATE TABLE "orca"."workers" (
    "owner" TEXT NOT NULL,
    "instance" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "held" INTEGER NOT NULL DEFAULT 0,
    "draining" BOOLEAN NOT NULL DEFAULT false,
    "rescues" JSON NOT NULL DEFAULT '{}',

    CONSTRAINT "workers_pkey" PRIMARY KEY ("owner")
);

-- One row while the whole engine is paused.
CREATE TABLE "orca"."engine_pause" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "by_user" TEXT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "reason" TEXT,

    CONSTRAINT "engine_pause_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "engine_pause_single" CHECK ("id" = 1)
);
