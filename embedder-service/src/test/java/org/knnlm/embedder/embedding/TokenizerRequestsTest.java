package org.knnlm.embedder.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.knnlm.corpus.Document;
import org.knnlm.embedder.embedding.TokenizerRequests.Piece;
import org.knnlm.embedder.embedding.TokenizerRequests.Request;

class TokenizerRequestsTest {
  private static final int MAX = TokenizerRequests.MAX_CHARS;

  private static List<Request> requests(String... texts) {
    List<Document> documents = new ArrayList<>();
    for (String text : texts) {
      documents.add(new Document(documents.size(), documents.size() + 1, text));
    }
    List<Request> requests = new ArrayList<>();
    new TokenizerRequests(documents.iterator()).forEachRemaining(requests::add);
    return requests;
  }

  @Test
  void shortDocumentsGoTogether() {
    assertThat(requests("a", "b", "c"))
        .singleElement()
        .satisfies(r -> assertThat(r.texts()).containsExactly("a", "b", "c"));
    String half = "x".repeat(MAX / 2);
    assertThat(requests(half, half, "c")).extracting(r -> r.pieces().size()).containsExactly(2, 1);
    assertThat(requests("a", "x".repeat(MAX)))
        .extracting(r -> r.pieces().size())
        .containsExactly(1, 1);
    assertThat(requests()).isEmpty();
  }

  @Test
  void longOnesAreCutBetweenWords() {
    String text = "words and words, 1 2 3\n".repeat(200_000);
    List<Request> requests = requests("first", text, "last");
    assertThat(
            requests.stream()
                .flatMap(r -> r.pieces().stream())
                .filter(piece -> piece.document().index() == 1)
                .map(Piece::text)
                .collect(Collectors.joining()))
        .isEqualTo(text);
    for (Request request : requests) {
      assertThat(request.texts().stream().mapToInt(String::length).sum()).isLessThanOrEqualTo(MAX);
      if (!request.begins()) {
        assertThat(request.pieces())
            .singleElement()
            .extracting(Piece::text)
            .asString()
            .matches("(?s) [a-z].*");
      }
    }
    assertThat(requests.getLast().texts()).containsExactly("last");
    assertThat(requests.getLast().begins()).isTrue();
  }

  @Test
  void withoutWordsTheyAreCutBetweenCharacters() {
    String text = "x" + "\uD83D\uDE00".repeat(MAX);
    for (Request request : requests(text)) {
      String piece = request.texts().getFirst();
      assertThat(Character.isLowSurrogate(piece.charAt(0))).isFalse();
      assertThat(Character.isHighSurrogate(piece.charAt(piece.length() - 1))).isFalse();
    }
  }

  @Test
  void whatEndsAtTheLimitIsOnePiece() {
    assertThat(requests("x".repeat(MAX - 1) + " ")).hasSize(1);
    assertThat(requests("x".repeat(MAX) + " ")).hasSize(2);
  }
}
