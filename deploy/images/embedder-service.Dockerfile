# embedder-service: without arguments the service (gRPC 9003, health 8003), with arguments the command line.
ARG RUNTIME
# hadolint ignore=DL3006
FROM ${RUNTIME}
WORKDIR /app
COPY app .
COPY sbom.json /sbom.json
EXPOSE 9003 8003
HEALTHCHECK --interval=15s --timeout=5s --start-period=1m CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8003/q/health/ready"]
ENTRYPOINT ["java", "-jar", "quarkus-run.jar"]
