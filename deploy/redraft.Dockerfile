# The merge: `redraft serve` without a model. Built from the root of a checkout.
FROM node:20.19-slim AS build
WORKDIR /build
COPY . .
RUN npm ci --ignore-scripts && npm run build && npm pack --ignore-scripts

FROM node:20.19-slim
COPY --from=build /build/redraft-edit-*.tgz /tmp/redraft.tgz
RUN npm i -g --ignore-scripts --omit=dev /tmp/redraft.tgz && rm /tmp/redraft.tgz
USER node
EXPOSE 8787
ENTRYPOINT ["redraft", "serve", "--port", "8787"]
CMD ["--host", "127.0.0.1"]
