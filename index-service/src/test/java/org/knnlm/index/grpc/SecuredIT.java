package org.knnlm.index.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import io.grpc.CallCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.smallrye.certs.CertificateGenerator;
import io.smallrye.certs.CertificateRequest;
import io.smallrye.certs.Format;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.grpc.Tensors;
import org.knnlm.index.PublishedDatastore;
import org.knnlm.local.Ports;
import org.knnlm.local.ServiceProcess;
import org.knnlm.proto.index.v1.BuildIndexRequest;
import org.knnlm.proto.index.v1.DescribeRequest;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc;
import org.knnlm.proto.index.v1.SearchRequest;

/** Two instances that ask for a certificate and a token, and show theirs to each other. */
class SecuredIT {
  private static final Path ROOT = Path.of(System.getProperty("knnlm.root"));
  private static final int D = 8;
  private static final int KEYS = 100;
  private static final String READER = "what bob may know";
  private static final String RUNNER = "what ada may know";
  private static final String BUSY = "what cleo asks for";

  @TempDir static Path folder;
  private static final Ports PORTS = new Ports();
  private static final List<ServiceProcess> INSTANCES = new ArrayList<>();
  private static float[] keys;
  private static int port;
  private static ManagedChannel channel;

  /** {@code authorization: Bearer TOKEN} with each call. */
  private static final class Bearer extends CallCredentials {
    private final String token;

    Bearer(String token) {
      this.token = token;
    }

    @Override
    public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
      var metadata = new Metadata();
      metadata.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
      applier.apply(metadata);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    Path datastores = folder.resolve("datastores");
    keys =
        PublishedDatastore.write(
            datastores.resolve("made"), D, List.of(0, 60, KEYS), "Flat", i -> i);
    new CertificateGenerator(folder, true)
        .generate(
            new CertificateRequest()
                .withName("index")
                .withFormats(List.of(Format.PEM, Format.PKCS12))
                .withPassword("trusted")
                .withClientCertificate()
                .withCN("localhost")
                .withSubjectAlternativeName("DNS:localhost"));
    Path accounts =
        Files.writeString(
            folder.resolve("accounts"),
            "bob:reader:%s\nada:runner:%s\ncleo:reader:%s\n".formatted(READER, RUNNER, BUSY));
    Path token = Files.writeString(folder.resolve("token"), READER + "\n");
    int[] ports = {PORTS.free(), PORTS.free()};
    for (int i = 0; i < ports.length; i++) {
      Map<String, String> settings = new HashMap<>();
      settings.put("knnlm.datastores", datastores.toString());
      settings.put("knnlm.cluster.instance", Integer.toString(i));
      settings.put("knnlm.cluster.instances", "2");
      settings.put("knnlm.cluster.peers", "localhost:" + ports[1 - i]);
      settings.put("knnlm.cluster.tls.trust", file("index-client-ca.crt"));
      settings.put("knnlm.cluster.tls.certificate", file("index-client.crt"));
      settings.put("knnlm.cluster.tls.key", file("index-client.key"));
      settings.put("knnlm.security.accounts-file", accounts.toString());
      settings.put("knnlm.security.calls-per-minute", "100");
      settings.put("knnlm.security.token-file", token.toString());
      settings.put("quarkus.grpc.server.host", "0.0.0.0");
      settings.put("quarkus.grpc.server.plain-text", "false");
      settings.put("quarkus.grpc.server.ssl.certificate", file("index.crt"));
      settings.put("quarkus.grpc.server.ssl.key", file("index.key"));
      settings.put("quarkus.grpc.server.ssl.trust-store", file("index-server-truststore.p12"));
      settings.put("quarkus.grpc.server.ssl.trust-store-password", "trusted");
      settings.put("quarkus.grpc.server.ssl.client-auth", "REQUIRED");
      INSTANCES.add(instance(ports[i], settings));
    }
    for (ServiceProcess instance : INSTANCES) {
      instance.awaitReady(Duration.ofMinutes(1));
    }
    port = ports[0];
    channel = channel(port, true);
  }

  private static ServiceProcess instance(int port, Map<String, String> settings)
      throws IOException {
    int http = PORTS.free();
    settings.put("quarkus.http.port", Integer.toString(http));
    settings.put("quarkus.grpc.server.port", Integer.toString(port));
    return ServiceProcess.start(
        ROOT, "index-service", http, settings, folder.resolve("index-%d.log".formatted(port)));
  }

  private static String file(String name) {
    return folder.resolve(name).toString();
  }

  private static ManagedChannel channel(int port, boolean certificate) throws IOException {
    var credentials =
        TlsChannelCredentials.newBuilder()
            .trustManager(folder.resolve("index-client-ca.crt").toFile());
    if (certificate) {
      credentials.keyManager(
          folder.resolve("index-client.crt").toFile(), folder.resolve("index-client.key").toFile());
    }
    return Grpc.newChannelBuilderForAddress("localhost", port, credentials.build()).build();
  }

  @AfterAll
  static void stop() {
    if (channel != null) {
      channel.shutdownNow();
    }
    INSTANCES.forEach(ServiceProcess::close);
  }

  private static NearestNeighborsGrpc.NearestNeighborsBlockingStub index(String token) {
    return NearestNeighborsGrpc.newBlockingStub(channel).withCallCredentials(new Bearer(token));
  }

  private static DescribeRequest describe() {
    return DescribeRequest.newBuilder().setDatastore("made").build();
  }

  private static void assertRefused(ThrowingCallable call, Status.Code code, String problem) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(code);
              assertThat(e.getStatus().getDescription()).contains(problem);
            });
  }

  @Test
  void aReaderSearchesWhatBothInstancesHold() {
    long[] ids =
        Tensors.longs(
            index(READER)
                .search(
                    SearchRequest.newBuilder()
                        .setDatastore("made")
                        .setQueries(Tensors.fp32(keys, KEYS, D))
                        .setK(1)
                        .build())
                .next()
                .getIds(),
            "ids");
    assertThat(ids).startsWith(0, 1).endsWith(KEYS - 2, KEYS - 1);
  }

  @Test
  void whoChangesSomethingIsARunner() {
    var build = BuildIndexRequest.newBuilder().setDatastore("made").build();
    assertRefused(
        () -> index(READER).buildIndex(build).next(),
        Status.Code.PERMISSION_DENIED,
        "bob is a reader, BuildIndex needs a runner");
    var unknown = BuildIndexRequest.newBuilder().setDatastore("none").build();
    assertRefused(() -> index(RUNNER).buildIndex(unknown).next(), Status.Code.NOT_FOUND, "none");
  }

  @Test
  void whoCallsTooOftenIsRefusedAndOthersAreNot() {
    // some come back meanwhile
    assertRefused(
        () -> IntStream.range(0, 200).forEach(_ -> index(BUSY).describe(describe())),
        Status.Code.RESOURCE_EXHAUSTED,
        "cleo may call 100 times a minute (knnlm.security.calls-per-minute)");
    assertThat(index(READER).describe(describe()).getNumKeys()).isEqualTo(KEYS);
  }

  @Test
  void withoutATokenThatIsKnownNothingIsTold() {
    var nobody = NearestNeighborsGrpc.newBlockingStub(channel);
    assertRefused(
        () -> nobody.describe(describe()), Status.Code.UNAUTHENTICATED, "a token is needed");
    for (String token : List.of("", "none", READER + "x")) {
      assertRefused(
          () -> index(token).describe(describe()),
          Status.Code.UNAUTHENTICATED,
          "a token is needed");
    }
    assertThat(index(READER).describe(describe()).getNumKeys()).isEqualTo(KEYS);
  }

  @Test
  void contractsAreToldToReadersAndHealthToEverybody() throws Exception {
    var health = HealthGrpc.newBlockingStub(channel);
    assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatusValue()).isEqualTo(1);
    assertThat(reflection(ServerReflectionGrpc.newStub(channel))).isEqualTo("UNAUTHENTICATED");
    assertThat(
            reflection(
                ServerReflectionGrpc.newStub(channel).withCallCredentials(new Bearer(READER))))
        .contains("NearestNeighbors");
  }

  private static String reflection(ServerReflectionGrpc.ServerReflectionStub stub)
      throws Exception {
    var answer = new CompletableFuture<String>();
    StreamObserver<ServerReflectionRequest> requests =
        stub.serverReflectionInfo(
            new StreamObserver<>() {
              @Override
              public void onNext(ServerReflectionResponse response) {
                answer.complete(response.toString());
              }

              @Override
              public void onError(Throwable e) {
                answer.complete(Status.fromThrowable(e).getCode().name());
              }

              @Override
              public void onCompleted() {
                answer.complete("nothing");
              }
            });
    requests.onNext(ServerReflectionRequest.newBuilder().setListServices("*").build());
    requests.onCompleted();
    return answer.get(30, TimeUnit.SECONDS);
  }

  @Test
  void withoutACertificateThereIsNoConnection() throws Exception {
    ManagedChannel bare = channel(port, false);
    try {
      var stub = NearestNeighborsGrpc.newBlockingStub(bare).withCallCredentials(new Bearer(RUNNER));
      assertThatThrownBy(() -> stub.describe(describe()))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    } finally {
      bare.shutdownNow();
    }
  }

  @Test
  void withoutAccountsAServiceDoesNotStartOffLoopback() throws Exception {
    Map<String, String> settings = new HashMap<>();
    settings.put("knnlm.datastores", folder.resolve("datastores").toString());
    settings.put("quarkus.grpc.server.host", "0.0.0.0");
    try (ServiceProcess open = instance(PORTS.free(), settings)) {
      assertThatThrownBy(() -> open.awaitReady(Duration.ofMinutes(1)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(
              "quarkus.grpc.server.host is 0.0.0.0, which others in the network reach: set knnlm.security.accounts-file");
    }
  }

  @Test
  void secretsAreNotInTheLogs() throws Exception {
    withoutATokenThatIsKnownNothingIsTold();
    for (Path file : logs()) {
      assertThat(file).content().doesNotContain(READER, RUNNER, BUSY);
    }
  }

  private static List<Path> logs() throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".log")).toList();
    }
  }
}
