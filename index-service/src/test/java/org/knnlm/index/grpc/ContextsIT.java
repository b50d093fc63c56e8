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
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.datastore.DatastoreWriter;
import org.knnlm.datastore.DocumentsWriter;
import org.knnlm.datastore.KeyType;
import org.knnlm.datastore.Origin;
import org.knnlm.datastore.PartWriter;
import org.knnlm.datastore.StagingFolder;
import org.knnlm.grpc.Errors;
import org.knnlm.proto.index.v1.Context;
import org.knnlm.proto.index.v1.ContextsRequest;
import org.knnlm.proto.index.v1.ContextsResponse;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc;

/** Where keys come from, asked of the packaged service. */
class ContextsIT {
  private static final int KEYS = 20_000;

  /** Tokens of a document: token t of the part is 1,000,000 + t, document i begins at 100 i. */
  private static final int DOCUMENT = 100;

  @TempDir static Path folder;
  private static IndexService service;
  private static NearestNeighborsGrpc.NearestNeighborsBlockingStub index;

  @BeforeAll
  static void start() throws Exception {
    Path datastores = Files.createDirectories(folder.resolve("datastores"));
    write(datastores, "known");
    write(datastores, "bare");
    try (Stream<Path> files = Files.list(datastores.resolve("bare"))) {
      for (Path file : files.filter(f -> !f.toString().endsWith(".npy")).toList()) {
        Files.delete(file);
      }
    }
    write(datastores, "torn");
    Path torn = datastores.resolve("torn/documents.bin");
    byte[] bytes = Files.readAllBytes(torn);
    bytes[20] ^= 1;
    Files.write(torn, bytes);
    service = IndexService.start(folder, datastores, Map.of());
    index = service.index();
  }

  @AfterAll
  static void stop() {
    if (service != null) {
      service.close();
    }
  }

  private static void write(Path root, String name) throws IOException {
    var origin =
        new Origin(
            new Origin.Model("tiny", "llama", "a".repeat(64), "b".repeat(64)),
            KeyType.LAST_FFN_INPUT,
            new Origin.Corpus("corpus", "c".repeat(64), KEYS / DOCUMENT + 1, KEYS + 1),
            4,
            2);
    try (var staging = StagingFolder.open(root, new DatastoreName(name));
        var documents = new DocumentsWriter(staging);
        var writer = new DatastoreWriter(staging, KEYS, 1, origin)) {
      for (int first = 0; first <= KEYS; first += DOCUMENT) {
        documents.document(1 + first / DOCUMENT, first);
      }
      documents.endPart(KEYS, 1_000_000);
      ByteBuffer values = ByteBuffer.allocate(4 * KEYS).order(ByteOrder.LITTLE_ENDIAN);
      IntStream.rangeClosed(1, KEYS).forEach(t -> values.putInt(1_000_000 + t));
      PartWriter part = writer.part(0, KEYS);
      part.append(ByteBuffer.allocate(2 * KEYS), values.flip());
      part.finish();
      writer.publish(documents.finish());
    }
  }

  private static List<Context> contexts(ContextsRequest.Builder request) {
    List<Context> contexts = new ArrayList<>();
    Iterator<ContextsResponse> replies = index.contexts(request.build());
    while (replies.hasNext()) {
      ContextsResponse reply = replies.next();
      assertThat(reply.getSerializedSize()).isLessThan(4 << 20);
      contexts.addAll(reply.getContextsList());
    }
    return contexts;
  }

  private static ContextsRequest.Builder request(String datastore, int before, int after) {
    return ContextsRequest.newBuilder().setDatastore(datastore).setBefore(before).setAfter(after);
  }

  private static List<Integer> tokens(int from, int to) {
    return IntStream.range(1_000_000 + from, 1_000_000 + to).boxed().toList();
  }

  @Test
  void contextsEndWithTheirDocuments() {
    var ids = LongStream.range(0, 16_384).map(i -> i * 31 % KEYS).boxed().toList();
    List<Context> contexts = contexts(request("known", 60, 70).addAllIds(ids));
    assertThat(contexts).extracting(Context::getId).isEqualTo(ids);
    for (Context context : contexts) {
      int token = (int) context.getId() + 1;
      int begin = token / DOCUMENT * DOCUMENT;
      int end = Math.min(begin + DOCUMENT, KEYS + 1);
      assertThat(context.getTokenId()).isEqualTo(1_000_000 + token);
      assertThat(context.getBeforeList()).isEqualTo(tokens(Math.max(begin, token - 60), token));
      assertThat(context.getAfterList()).isEqualTo(tokens(token + 1, Math.min(end, token + 71)));
      assertThat(context.getDocument()).isEqualTo(token / DOCUMENT);
      assertThat(context.getLine()).isEqualTo(1 + token / DOCUMENT);
      assertThat(context.getPosition()).isEqualTo(token % DOCUMENT);
    }
  }

  @Test
  void withoutDocumentsContextsEndWithTheDatastore() {
    List<Context> contexts =
        contexts(
            request("bare", 1024, 1024).addAllIds(LongStream.range(0, 16_384).boxed().toList()));
    assertThat(contexts).hasSize(16_384);
    for (Context context : contexts) {
      int token = (int) context.getId() + 1;
      assertThat(context.getTokenId()).isEqualTo(1_000_000 + token);
      assertThat(context.getBeforeList()).isEqualTo(tokens(Math.max(1, token - 1024), token));
      assertThat(context.getAfterList())
          .isEqualTo(tokens(token + 1, Math.min(KEYS + 1, token + 1025)));
      assertThat(context.hasDocument() || context.hasLine() || context.hasPosition()).isFalse();
    }
  }

  @Test
  void badRequestsNameTheField() {
    Map<ContextsRequest.Builder, String> bad =
        Map.of(
            request("known", 1, 1), "ids",
            request("known", 1, 1).addAllIds(Collections.nCopies(16_385, 0L)), "ids",
            request("known", 1, 1).addIds(0).addIds(KEYS), "ids[1]",
            request("known", 1, 1).addIds(-1), "ids[0]",
            request("known", -1, 1).addIds(0), "before",
            request("known", 0, 1025).addIds(0), "after",
            request("../known", 0, 1).addIds(0), "datastore");
    bad.forEach(
        (request, field) ->
            assertThatThrownBy(() -> contexts(request))
                .isInstanceOfSatisfying(
                    StatusRuntimeException.class,
                    e -> assertThat(Errors.fields(e)).containsExactly(field)));
  }

  @Test
  void aTornFileOfDocumentsIsRefusedByName() {
    assertThatThrownBy(() -> contexts(request("torn", 1, 1).addIds(0)))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DATA_LOSS);
              assertThat(e.getStatus().getDescription()).contains("documents.bin", "CRC-32C");
            });
  }
}
