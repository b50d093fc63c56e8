package org.knnlm.embedder.embedding;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.knnlm.corpus.Document;

/**
 * Documents as requests to a tokenizer. Many short ones go together; a long one is cut, where it
 * can be between a letter and the space before another: there the pre-tokenizers of byte-level BPE
 * models cut too, so that the tokens are those of the whole text. (Others may put a token of their
 * own at a seam.)
 */
final class TokenizerRequests implements Iterator<TokenizerRequests.Request> {
  /** Characters in one request: at most 3 MiB as UTF-8. */
  static final int MAX_CHARS = 1 << 20;

  private final Iterator<Document> documents;
  private Document held;
  private int from;

  TokenizerRequests(Iterator<Document> documents) {
    this.documents = documents;
  }

  /**
   * A document, or a piece of it.
   *
   * @param begins whether the document begins with it
   * @param ends whether the document ends with it
   */
  record Piece(Document document, String text, boolean begins, boolean ends) {}

  /** Pieces of one request: some that begin documents, or one that goes on with one. */
  record Request(List<Piece> pieces) {
    boolean begins() {
      return pieces.getFirst().begins;
    }

    List<String> texts() {
      return pieces.stream().map(Piece::text).toList();
    }
  }

  @Override
  public boolean hasNext() {
    if (held == null && documents.hasNext()) {
      held = documents.next();
      from = 0;
    }
    return held != null;
  }

  @Override
  public Request next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no document is left");
    }
    List<Piece> pieces = new ArrayList<>();
    if (from > 0) {
      pieces.add(piece(MAX_CHARS));
      return new Request(pieces);
    }
    int room = MAX_CHARS;
    while (hasNext() && from == 0 && (pieces.isEmpty() || held.text().length() <= room)) {
      Piece piece = piece(MAX_CHARS);
      pieces.add(piece);
      room -= piece.text.length();
    }
    return new Request(pieces);
  }

  private Piece piece(int most) {
    Document document = held;
    String text = document.text();
    int begin = from;
    int end = text.length() - begin <= most ? text.length() : cut(text, begin, begin + most);
    from = end;
    if (end == text.length()) {
      held = null;
      from = 0;
    }
    return new Piece(document, text.substring(begin, end), begin == 0, end == text.length());
  }

  private static int cut(String text, int begin, int end) {
    for (int at = end; at > begin + (end - begin) / 2; at--) {
      if (text.charAt(at) == ' '
          && Character.isLetter(text.charAt(at - 1))
          && Character.isLetter(text.charAt(at + 1 < text.length() ? at + 1 : at))) {
        return at;
      }
    }
    return Character.isLowSurrogate(text.charAt(end)) ? end - 1 : end;
  }
}
