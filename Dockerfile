# Recollect in a container; docs/deploy.md says how to use it.

FROM node:20.20-bookworm-slim AS build
WORKDIR /build
# better-sqlite3 is compiled where no binary of it can be had.
RUN apt-get update \
 && apt-get install -y --no-install-recommends g++ make python3 \
 && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build
RUN npm prune --omit=dev

FROM node:20.20-bookworm-slim
LABEL org.opencontainers.image.title="Recollect" \
      org.opencontainers.image.description="Self-hosted customer-memory server" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8080 \
    RECOLLECT_DATA_DIR=/data
WORKDIR /app
RUN mkdir --mode=700 /data && chown node:node /data \
 && printf '#!/bin/sh\nexec node /app/dist/main.js "$@"\n' > /usr/local/bin/recollect \
 && chmod 755 /usr/local/bin/recollect
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/readyz').then(({ status }) => process.exit(status === 200 ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["recollect"]
CMD ["serve"]
