# index-service: gRPC 9002, health 8002. `build` prepares the context; for GPUs its jar is of the Maven profile cuda.
ARG RUNTIME

# JavaCPP unpacks libfaiss when it is first used: here, since a read-only file system has no place for it later
FROM eclipse-temurin:25-jdk-noble AS libraries
WORKDIR /app
COPY app .
COPY Unpack.java /tmp/
RUN java -Dorg.bytedeco.javacpp.cachedir=/opt/libraries -cp 'lib/main/*' /tmp/Unpack.java faiss \
    # what was a temporary folder is its owner's alone
    && chmod -R a+rX /opt/libraries

# hadolint ignore=DL3006
FROM ${RUNTIME}
COPY --from=libraries /opt/libraries /opt/libraries
WORKDIR /app
COPY app .
COPY sbom.json /sbom.json
EXPOSE 9002 8002
HEALTHCHECK --interval=15s --timeout=5s --start-period=30m CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8002/q/health/ready"]
ENTRYPOINT ["java", "-Dorg.bytedeco.javacpp.cachedir=/opt/libraries", "-jar", "quarkus-run.jar"]
