CREATE SCHEMA IF NOT EXISTS "rosco";

-- A bake. `live_key` equals `key` while the bake runs or its image is good, so that one key has one live bake.
CREATE TABLE "rosco"."bakes" (
  "id" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "live_key" TEXT,
  "generation" INTEGER NOT NULL DEFAULT 0,
  "state" TEXT NOT NULL,
  "result" TEXT,
  "region" TEXT NOT NULL,
  "image_name" TEXT NOT NULL,
  "plan" JSONB NOT NULL,
  "image" JSONB,
  "reason" JSONB,
  "callbacks" JSONB NOT NULL DEFAULT '[]',
  "cancel_requested" BOOLEAN NOT NULL DEFAULT false,
  "checkout" TEXT,
  "owner" TEXT,
  "epoch" INTEGER NOT NULL DEFAULT 0,
  "lease_until" TIMESTAMPTZ(6),
  "trace" TEXT,
  "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "started_at" TIMESTAMPTZ(6),
  "ended_at" TIMESTAMPTZ(6),
  CONSTRAINT "bakes_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "bakes_live_key_key" ON "rosco"."bakes"("live_key");
CREATE INDEX "bakes_key_idx" ON "rosco"."bakes"("key");
CREATE INDEX "bakes_state_lease_until_idx" ON "rosco"."bakes"("state", "lease_until");
CREATE INDEX "bakes_image_name_idx" ON "rosco"."bakes"("image_name");

CREATE TABLE "rosco"."outbox" (
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
CREATE UNIQUE INDEX "outbox_key_key" ON "rosco"."outbox"("key");

CREATE TABLE "rosco"."inbox" (
  "key" TEXT NOT NULL,
  "response" JSONB,
  "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "inbox_pkey" PRIMARY KEY ("key")
);
