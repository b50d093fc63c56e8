# What the services run on. For GPUs: --build-arg BASE=nvidia/cuda:12.8.1-runtime-ubuntu24.04 (CUDA's own libraries for faiss)
ARG BASE=ubuntu:24.04

FROM eclipse-temurin:25-jre-noble AS java

# hadolint ignore=DL3006
FROM ${BASE}
# Security updates are wanted, not a version
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends curl libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    # eval-service's own PostgreSQL wants its user to have a name
    && useradd --uid 10001 --user-group --no-create-home knnlm
COPY --from=java /opt/java/openjdk /opt/java/openjdk
ENV PATH=/opt/java/openjdk/bin:$PATH \
    LANG=C.UTF-8 \
    HOME=/tmp \
    # Weights, index files and tensors are not on the heap
    JDK_JAVA_OPTIONS="-Xmx512m -XX:TrimNativeHeapInterval=2000 -XX:+ExitOnOutOfMemoryError --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow" \
    # Tensors keep their memory between passes
    MALLOC_ARENA_MAX=1 \
    MALLOC_MMAP_THRESHOLD_=33554432 \
    MALLOC_TRIM_THRESHOLD_=268435456 \
    MALLOC_TOP_PAD_=67108864 \
    # A container's loopback interface is of no use to others
    QUARKUS_HTTP_HOST=0.0.0.0 \
    QUARKUS_GRPC_SERVER_HOST=0.0.0.0
USER 10001:10001
# All that is written outside of the volumes for models and datastores; everything else may be read-only
VOLUME /tmp
