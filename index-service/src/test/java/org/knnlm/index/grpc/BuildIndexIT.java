package org.knnlm.index.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.grpc.Errors;
import org.knnlm.proto.index.v1.BuildIndexRequest;
import org.knnlm.proto.index.v1.BuildIndexResponse;
import org.knnlm.proto.index.v1.BuildIndexResponse.Stage;
import org.knnlm.proto.index.v1.DescribeRequest;
import org.knnlm.proto.index.v1.IndexInfo;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc;
import org.knnlm.proto.index.v1.Recall;

/** Builds through the packaged service, which may be killed. */
class BuildIndexIT {
  private static final int D = 64;

  @TempDir Path folder;
  private Path datastores;
  private IndexService service;
  private NearestNeighborsGrpc.NearestNeighborsBlockingStub index;

  @BeforeEach
  void make() throws IOException {
    datastores = Files.createDirectories(folder.resolve("datastores"));
  }

  private void start(Map<String, String> more) throws Exception {
    service = IndexService.start(folder, datastores, more);
    index = service.index();
  }

  private void kill() throws InterruptedException {
    service.process().process().destroyForcibly().waitFor();
    service.channel().shutdownNow();
  }

  @AfterEach
  void stop() {
    if (service != null) {
      service.close();
    }
  }

  private void write(String name, int keys) throws IOException {
    var random = new Random(7);
    ByteBuffer halves = ByteBuffer.allocate(keys * D * 2).order(ByteOrder.LITTLE_ENDIAN);
    while (halves.hasRemaining()) {
      halves.putShort(Float.floatToFloat16((float) random.nextGaussian()));
    }
    Path target = Files.createDirectories(datastores.resolve(name));
    String prefix = "dstore_llama_%d_%d_".formatted(keys, D);
    Files.write(target.resolve(prefix + "keys.npy"), halves.array());
    Files.write(target.resolve(prefix + "vals.npy"), new byte[keys * 4]);
  }

  private Iterator<BuildIndexResponse> build(String datastore, String factory) {
    return index.buildIndex(
        BuildIndexRequest.newBuilder().setDatastore(datastore).setFactory(factory).build());
  }

  private static List<BuildIndexResponse> all(Iterator<BuildIndexResponse> replies) {
    var list = new ArrayList<BuildIndexResponse>();
    replies.forEachRemaining(list::add);
    return list;
  }

  private IndexInfo describe(String datastore) {
    return index
        .describe(DescribeRequest.newBuilder().setDatastore(datastore).setVerify(true).build())
        .getIndex();
  }

  @Test
  void everyTypeIsDescribedWithItsRecall() throws Exception {
    write("types", 3000);
    start(Map.of());
    IndexInfo flat = all(build("types", "flat")).getLast().getIndex();
    assertThat(flat.getFactory()).isEqualTo("Flat");
    assertThat(flat.getType()).isEqualTo("flat");
    assertThat(flat.getBytesPerKey()).isBetween(256.0, 257.0);
    assertThat(flat.getRecallsList()).extracting(Recall::getK).containsExactly(10, 100, 1024);
    assertThat(flat.getRecallsList()).allMatch(recall -> recall.getRecall() == 1);

    IndexInfo fast = all(build("types", "fast")).getLast().getIndex();
    assertThat(fast.getFactory()).isEqualTo("RR64,IVF64,PQ32x4fs");
    assertThat(fast.getRerankFactor()).isEqualTo(1);
    assertThat(fast.getRecallQueries()).isEqualTo(100);
    assertThat(fast.getRecallsList()).allMatch(r -> r.getRecall() > 0.1 && r.getRecall() <= 1);

    IndexInfo custom = all(build("types", "IVF16,SQ8")).getLast().getIndex();
    assertThat(custom.getType()).isEqualTo("custom");
    assertThat(custom.getFactory()).isEqualTo("IVF16,SQ8");
    assertThat(custom.getNlist()).isEqualTo(16);
    assertThat(describe("types")).isEqualTo(custom);

    Path file = datastores.resolve("types/index_llama_3000_64_0_3000.indexed");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
    assertRefused(() -> describe("types"), Status.Code.DATA_LOSS, file.getFileName().toString());
  }

  @Test
  void whatCannotBeBuiltIsRefusedBeforeAnythingIsDone() throws Exception {
    write("large", 3000);
    start(Map.of("knnlm.build.max-memory", "1M"));
    assertRefused(
        () -> build("large", "").hasNext(), Status.Code.RESOURCE_EXHAUSTED, "1048576 bytes");
    for (String factory : List.of("quick", "IVF100000,Flat", "IVF16,PQ7", "IDMap,Flat")) {
      assertThatThrownBy(() -> build("large", factory).hasNext())
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> {
                assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
                assertThat(Errors.fields(e)).containsExactly("factory");
              });
    }
    assertThat(datastores.resolve("large").toFile().list()).hasSize(2);
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, Status.Code code, String text) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).as(e.getMessage()).isEqualTo(code);
              assertThat(e.getStatus().getDescription()).contains(text);
            });
  }

  @Test
  void aKilledServiceGoesOnByItselfAndTheOldIndexServesUntilThen() throws Exception {
    int keys = 150_000;
    write("whole", keys);
    write("killed", keys);
    start(Map.of());
    List<BuildIndexResponse> replies = all(build("whole", "fast"));
    assertThat(replies.getFirst().getMemoryBytesNeeded()).isGreaterThan(1 << 20);
    assertThat(replies.getFirst().getDiskBytesNeeded()).isGreaterThan(keys * 16L);
    assertThat(replies).anyMatch(BuildIndexResponse::hasRemainingSeconds);
    IndexInfo old = all(build("killed", "IVF16,SQ8")).getLast().getIndex();

    BuildIndexResponse first = build("killed", "fast").next();
    assertThat(first.getStage()).isNotEqualTo(Stage.STAGE_DONE);
    assertRefused(
        () -> build("killed", "flat").hasNext(),
        Status.Code.FAILED_PRECONDITION,
        "RR64,IVF1024,PQ32x4fs is being built, Flat was asked for");
    kill();
    assertThat(datastores.resolve("killed/.index-build/checkpoint.json")).exists();

    start(Map.of());
    // the old index, while the build goes on; a caller with the same settings watches it
    assertThat(describe("killed").getFactory()).isIn(old.getFactory(), "RR64,IVF1024,PQ32x4fs");
    IndexInfo built = all(build("killed", "fast")).getLast().getIndex();
    assertThat(Files.readString(service.process().log()))
        .contains("going on with the interrupted build");
    assertThat(built.getRecallsList()).isEqualTo(describe("whole").getRecallsList());
    String file = "index_llama_%d_64_0_%d.indexed".formatted(keys, keys);
    assertThat(
            Files.mismatch(
                datastores.resolve("killed/" + file), datastores.resolve("whole/" + file)))
        .isEqualTo(-1);
    assertThat(datastores.resolve("killed/.index-build")).doesNotExist();
  }
}
