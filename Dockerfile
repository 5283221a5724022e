# One image per app, all from the same sources: docker build --target gate .
# docker-compose.yml runs them together.

FROM node:24-bookworm-slim AS build
WORKDIR /gennaker
COPY . .
RUN npm ci --include=dev --ignore-scripts --no-audit --no-fund \
 && PRISMA_SCHEMA_ENGINE_BINARY=/bin/true CHECKPOINT_DISABLE=1 npx --no-install prisma generate \
 && cd apps/deck && npx --no-install vite build \
 && cd ../.. && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim AS runtime
WORKDIR /gennaker
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 CHECKPOINT_DISABLE=1 GENNAKER_DATA=/data
COPY --from=build /gennaker /gennaker
RUN mkdir /data && chown node /data
VOLUME /data
USER node

FROM runtime AS gate
CMD ["node", "--max-semi-space-size=2", "apps/gate/src/main.ts"]

FROM runtime AS orca
CMD ["node", "--max-semi-space-size=2", "apps/orca/src/main.ts"]

FROM runtime AS front50
CMD ["node", "--max-semi-space-size=2", "apps/front50/src/main.ts"]

FROM runtime AS echo
CMD ["node", "--max-semi-space-size=2", "apps/echo/src/main.ts"]

# Tags of plain git remotes are made with git.
FROM runtime AS igor
USER root
RUN apt-get update \
 && apt-get install -y --no-install-recommends git ca-certificates \
 && rm -rf /var/lib/apt/lists/*
USER node
CMD ["node", "--max-semi-space-size=2", "apps/igor/src/main.ts"]

FROM runtime AS clouddriver
CMD ["node", "--max-semi-space-size=2", "apps/clouddriver/src/main.ts"]

FROM runtime AS deck
CMD ["node", "--max-semi-space-size=2", "apps/deck/src/main.ts"]

# Applies migrations and ends.
FROM runtime AS migrate
CMD ["node", "apps/cli/src/migrate/main.ts"]

# Passes connections from outside on to deck and gate, which listen on loopback alone.
FROM runtime AS entrance
CMD ["node", "apps/cli/src/entrance/main.ts"]

# Bakes change files of every owner.
FROM runtime AS rosco
USER root
RUN apt-get update \
 && apt-get install -y --no-install-recommends packer ansible bubblewrap mmdebstrap util-linux dpkg \
 && rm -rf /var/lib/apt/lists/*
CMD ["node", "--max-semi-space-size=2", "apps/rosco/src/main.ts"]

# Needs a privileged container: its instances are root file systems with name spaces of their own.
FROM runtime AS cloudlab
USER root
RUN apt-get update \
 && apt-get install -y --no-install-recommends bubblewrap mmdebstrap util-linux \
 && rm -rf /var/lib/apt/lists/*
ENV GENNAKER_BASE_IMAGES=/data/base-images
CMD ["sh", "-c", "node apps/cloudlab/src/base-image.ts \"$GENNAKER_BASE_IMAGES\" && exec node --max-semi-space-size=2 apps/cloudlab/src/main.ts"]
