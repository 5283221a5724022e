CREATE SCHEMA IF NOT EXISTS "orca";

-- One row per execution: who may work on it (owner, epoch), what it waits for, and its state without the stages.
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
    "wake_at" TIMESTAMPTZ(6),
    "mail_seq" INTEGER NOT NULL DEFAULT 0,
    "mail_applied" INTEGER NOT NULL DEFAULT 0,
    "mail_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "trace" TEXT,
    "config" TEXT,
    "data" JSON NOT NULL,

    CONSTRAINT "executions_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "executions_application_type_build_time_idx" ON "orca"."executions"("application", "type", "build_time" DESC);
CREATE INDEX "executions_pipeline_config_id_build_time_idx" ON "orca"."executions"("pipeline_config_id", "build_time" DESC);
-- The sweeper's look: only what is not complete.
CREATE INDEX "executions_open_idx" ON "orca"."executions"("complete", "wake_at") WHERE NOT "complete";

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

    CONSTRAINT "stages_pkey" PRIMARY KEY ("execution_id", "id"),
    CONSTRAINT "stages_execution_id_fkey" FOREIGN KEY ("execution_id") REFERENCES "orca"."executions"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- History and stream. `xid` orders the stream: a reader passes only transactions below its snapshot's xmin.
CREATE TABLE "orca"."events" (
    "id" BIGSERIAL NOT NULL,
    "xid" BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text)::bigint,
    "execution_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "application" TEXT NOT NULL,
    "pipeline_config_id" TEXT,
    "type" TEXT NOT NULL,
    "at" BIGINT NOT NULL,
    "trace" TEXT,
    "data" JSON NOT NULL,

    CONSTRAINT "events_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "events_execution_id_sequence_key" ON "orca"."events"("execution_id", "sequence");
CREATE INDEX "events_xid_id_idx" ON "orca"."events"("xid", "id");

-- What comes from outside for an execution, in exact order per execution.
CREATE TABLE "orca"."mailbox" (
    "execution_id" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "message" JSON NOT NULL,
    "trace" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "mailbox_pkey" PRIMARY KEY ("execution_id", "seq"),
    CONSTRAINT "mailbox_execution_id_fkey" FOREIGN KEY ("execution_id") REFERENCES "orca"."executions"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "mailbox_execution_id_key_key" ON "orca"."mailbox"("execution_id", "key");

CREATE TABLE "orca"."outbox" (
    "id" BIGSERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "body" JSONB NOT NULL,
    "trace" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "dead_reason" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "outbox_key_key" ON "orca"."outbox"("key");

CREATE TABLE "orca"."inbox" (
    "key" TEXT NOT NULL,
    "response" JSONB,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "inbox_pkey" PRIMARY KEY ("key")
);
