# lm-service: gRPC 9001, health and metrics 8001. `build` prepares the context.
ARG RUNTIME
ARG VARIANT=cpu

FROM eclipse-temurin:25-jdk-noble AS torch-cpu
RUN mkdir -p /opt/torch/lib
ENV PYTORCH_FLAVOR=cpu

# The JNI library is built for this version and no other. Never run: no GPU was at hand
FROM eclipse-temurin:25-jdk-noble AS torch-cuda
ADD https://download.pytorch.org/libtorch/cu128/libtorch-shared-with-deps-2.7.1%2Bcu128.zip /tmp/torch.zip
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends unzip \
    && unzip -q /tmp/torch.zip 'libtorch/lib/*' -d /tmp \
    && mv /tmp/libtorch /opt/torch
ENV PYTORCH_FLAVOR=cu128 PYTORCH_LIBRARY_PATH=/opt/torch/lib

# Libraries are unpacked when they are first used: here, since a read-only file system has no place for them later
# hadolint ignore=DL3006
FROM torch-${VARIANT} AS libraries
WORKDIR /app
COPY app .
COPY Unpack.java /tmp/
RUN PYTORCH_VERSION=2.7.1 DJL_CACHE_DIR=/opt/libraries \
    java -Dai.djl.offline=true -cp 'lib/main/*' /tmp/Unpack.java torch \
    # what was a temporary folder is its owner's alone
    && chmod -R a+rX /opt/libraries

# hadolint ignore=DL3006
FROM ${RUNTIME} AS runtime-cpu

# hadolint ignore=DL3006
FROM ${RUNTIME} AS runtime-cuda
ENV PYTORCH_FLAVOR=cu128 PYTORCH_LIBRARY_PATH=/opt/torch/lib PYTORCH_VERSION=2.7.1

# hadolint ignore=DL3006
FROM runtime-${VARIANT}
COPY --from=libraries /opt/torch /opt/torch
COPY --from=libraries /opt/libraries /opt/libraries
WORKDIR /app
COPY app .
COPY sbom.json /sbom.json
ENV DJL_CACHE_DIR=/opt/libraries
EXPOSE 9001 8001
# A model takes its time to load
HEALTHCHECK --interval=15s --timeout=5s --start-period=30m CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8001/q/health/ready"]
ENTRYPOINT ["java", "-jar", "quarkus-run.jar"]
