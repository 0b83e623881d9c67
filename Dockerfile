# The service and nothing else: no shell, no package manager. How to build, publish and run it: docs/deploying.md.
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY src/matrix/stand-ins src/matrix/stand-ins
# Node comes with this image, so the one from npm (optional) stays out.
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund

# What the service finds around it: Node with the libraries that it is linked to, whom it runs as, and its folders.
FROM node:24-bookworm-slim AS around
RUN mkdir /around && cp --parents --dereference \
      /usr/local/bin/node $(ldd /usr/local/bin/node | grep -o '/[^ )]*') \
      /etc/passwd /etc/group /etc/nsswitch.conf /around \
    && install -d -m 1777 /around/tmp \
    && install -d -o node -g node /around/app /around/app/state /around/agents

FROM scratch
COPY --from=around /around /
ENV PATH=/usr/local/bin \
    NODE_ENV=production \
    STATE_DIR=/app/state \
    MATRIX_AGENT_REGISTRY_PATH=/app/config/matrix-agents.yaml
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE ./
COPY machines machines
COPY src src
USER node
# The first start of a large account may take minutes.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5m --retries=3 CMD ["node", "src/main.ts", "ready"]
ENTRYPOINT ["node", "src/main.ts"]
CMD ["start"]
