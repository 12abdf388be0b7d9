ARG IMAGE_MIRROR=docker.io
FROM ${IMAGE_MIRROR}/library/debian:bookworm-slim
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends docker-registry >/dev/null \
    && rm -rf /var/lib/apt/lists/*
COPY registry.json /etc/registry.json
CMD ["docker-registry", "serve", "/etc/registry.json"]
