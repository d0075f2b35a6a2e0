# `redraft serve` in a container: docs/guide/server.md#in-a-container.
# A model in the server's own process needs the local engine: docker build --build-arg OMIT=dev .
ARG NODE=node:20-slim

FROM ${NODE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json README.md LICENSE ./
COPY docs/schemas docs/schemas
COPY inspector inspector
COPY examples examples
COPY models models
COPY scripts scripts
COPY src src
RUN npm run build
ARG OMIT="dev optional"
# The kinds are words of their own.
# hadolint ignore=SC2086
RUN for kind in $OMIT; do omit="$omit --omit=$kind"; done && npm prune $omit

FROM ${NODE}
ENV NODE_ENV=production \
    REDRAFT_STATE_HOME=/home/node/state
WORKDIR /app
COPY --from=build /src/package.json /src/LICENSE ./
COPY --from=build /src/models models
COPY --from=build /src/node_modules node_modules
COPY --from=build /src/dist dist
# The user `node` of the base image, by number for hosts that check that it is not root.
USER 1000:1000
WORKDIR /home/node
RUN mkdir -m 700 state
EXPOSE 8787
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["node", "-e", "fetch('http://127.0.0.1:8787/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["serve", "--host", "0.0.0.0"]
