-- Pipelines that run at most so many executions at once, and who runs and waits. The queue's row is the lock of its line.
CREATE TABLE "orca"."queues" (
    "config_id" TEXT NOT NULL,
    "application" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "slot_limit" INTEGER NOT NULL,
    "keep_waiting" BOOLEAN NOT NULL,
    "next_place" BIGINT NOT NULL DEFAULT 1,

    CONSTRAINT "queues_pkey" PRIMARY KEY ("config_id")
);

-- Who runs: the key of a slot lets it be held once.
CREATE TABLE "orca"."slots" (
    "config_id" TEXT NOT NULL,
    "slot" INTEGER NOT NULL,
    "execution_id" TEXT NOT NULL,

    CONSTRAINT "slots_pkey" PRIMARY KEY ("config_id", "slot")
);
CREATE UNIQUE INDEX "slots_execution_id_key" ON "orca"."slots"("execution_id");

-- Who waits, in the order in which they came.
CREATE TABLE "orca"."queue_places" (
    "config_id" TEXT NOT NULL,
    "place" BIGINT NOT NULL,
    "execution_id" TEXT NOT NULL,
    "since" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "queue_places_pkey" PRIMARY KEY ("config_id", "place")
);
CREATE UNIQUE INDEX "queue_places_execution_id_key" ON "orca"."queue_places"("execution_id");
