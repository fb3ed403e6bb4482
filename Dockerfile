# One image, three commands: `node packages/api/src/main.ts`, `node packages/worker/src/main.ts` (both traced with
# `--import ./packages/telemetry/src/instrument.ts`) and `node packages/ops/src/main.ts …`. Built from the repository's root; docs/deploying.md says how, and what it weighs.
FROM node:24.21.0-bookworm-slim AS base
ENV NODE_ENV=production
WORKDIR /app

# Manifests only: an edit of the sources leaves the install, the slowest step, as it was.
FROM base AS dependencies
COPY package.json bun.lock ./
COPY packages/agent/package.json packages/agent/
COPY packages/api/package.json packages/api/
COPY packages/batch/package.json packages/batch/
COPY packages/chaos/package.json packages/chaos/
COPY packages/console/package.json packages/console/
COPY packages/core/package.json packages/core/
COPY packages/fleet/package.json packages/fleet/
COPY packages/lifecycle/package.json packages/lifecycle/
COPY packages/link/package.json packages/link/
COPY packages/local/package.json packages/local/
COPY packages/monitor/package.json packages/monitor/
COPY packages/ops/package.json packages/ops/
COPY packages/queue/package.json packages/queue/
COPY packages/rehearsal/package.json packages/rehearsal/
COPY packages/release/package.json packages/release/
COPY packages/telemetry/package.json packages/telemetry/
COPY packages/worker/package.json packages/worker/
# Optional: the SST CLI's binary, 72 MB, and the tracer's native packages, 88 MB, for profiles and attack detection, which
# aren't used. Peer: TypeScript, 31 MB. Source maps and declarations, 15 MB, are read by nobody here.
RUN npx --yes bun@1.4.5 install --frozen-lockfile --production --omit optional --omit peer --ignore-scripts \
    --filter @gift/api --filter @gift/worker --filter @gift/ops \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM base
# A volume mounted here takes this owner, and is all of the log: the tasks' root file system is read-only. Where Fargate makes it
# root's, infra/log-folder.ts opens it.
RUN mkdir /var/log/gift && chown node:node /var/log/gift
COPY --from=dependencies /app ./
COPY packages packages
# Root owns all of the above, so that a process can't change what it runs. The cache keeps stripped types and compiled
# code: 25 MB less in memory per process and half the time to ready. It is valid for this user and Node only.
ENV NODE_COMPILE_CACHE=/var/cache/gift
RUN mkdir "$NODE_COMPILE_CACHE" && chown node:node "$NODE_COMPILE_CACHE"
USER node
RUN node packages/ops/src/main.ts --help > /dev/null \
  && for service in api worker; do \
    ROLES=gift node --import ./packages/telemetry/src/instrument.ts packages/$service/src/main.ts \
    | grep 'is not linked' > /dev/null || exit 1; done
VOLUME ["/tmp", "/var/log/gift"]
EXPOSE 3000
CMD ["node", "packages/api/src/main.ts"]
