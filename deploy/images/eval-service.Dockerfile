# eval-service: HTTP 8080; and knnlm, its command line, in cli.
ARG RUNTIME
# hadolint ignore=DL3006
FROM ${RUNTIME}
WORKDIR /app
COPY app .
COPY cli cli
COPY sbom.json /sbom.json
EXPOSE 8080
# Not ready: lm-service is away, which no restart of this one mends
HEALTHCHECK --interval=15s --timeout=5s --start-period=2m CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8080/q/health/live"]
# It waits for others: compiling its code a second time costs more than faster code gives back
ENTRYPOINT ["java", "-XX:TieredStopAtLevel=1", "-jar", "quarkus-run.jar"]
