package org.knnlm.eval.perplexity;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.knnlm.corpus.CorpusFormat;
import org.knnlm.corpus.CorpusReader;
import org.knnlm.corpus.Document;
import org.knnlm.corpus.LineReader;
import org.knnlm.corpus.WikiText;
import org.knnlm.corpus.Window;
import org.knnlm.corpus.Windows;
import org.knnlm.eval.lm.Sequence;

/** The tokens of a text, and the windows in which a model reads them. */
public final class TokenizedText {
  /** Tokens that windows do not leave, and where they begin among all tokens of the text. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Part(int[] tokens, long offset) {}

  private record PlacedWindow(Part part, Window window) {}

  private final int blockSize;
  private final List<PlacedWindow> windows = new ArrayList<>();
  private long tokens;
  private long scoredTokens;
  private long words;

  private TokenizedText(int blockSize) {
    this.blockSize = blockSize;
  }

  /**
   * Reads and tokenises a file.
   *
   * @param format layout of the documents; {@link Protocol#WIKITEXT} reads lines whatever it says
   * @param maxSequenceLength most tokens that the model reads at once
   * @throws IOException when the file cannot be read
   * @throws org.knnlm.corpus.CorpusException when it is not what its format says
   * @throws EmptyTextException when it gives no token to predict
   */
  public static TokenizedText read(
      Path file, Protocol protocol, CorpusFormat format, Tokenizer tokenizer, int maxSequenceLength)
      throws IOException, InterruptedException {
    var text = new TokenizedText(Windows.blockSize(maxSequenceLength));
    switch (protocol) {
      case WIKITEXT -> text.addArticles(file, tokenizer);
      case BLOCKS -> text.addDocuments(file, format, tokenizer);
    }
    if (text.windows.isEmpty()) {
      throw new EmptyTextException(file, text.tokens);
    }
    return text;
  }

  private void addArticles(Path file, Tokenizer tokenizer)
      throws IOException, InterruptedException {
    List<String> articles;
    try (var lines = new LineReader(file)) {
      articles = WikiText.articles(lines);
    }
    Part part = add(articles, tokenizer);
    place(part, Windows.sliding(part.tokens().length, blockSize, stride()));
  }

  private void addDocuments(Path file, CorpusFormat format, Tokenizer tokenizer)
      throws IOException, InterruptedException {
    try (var documents = new CorpusReader(file, format)) {
      while (documents.hasNext()) {
        List<String> batch = new ArrayList<>();
        while (batch.size() < Document.BATCH && documents.hasNext()) {
          batch.add(documents.next().text());
        }
        Part part = add(batch, tokenizer);
        place(part, Windows.blocks(part.tokens().length, blockSize, stride()));
      }
    }
  }

  private Part add(List<String> texts, Tokenizer tokenizer) throws InterruptedException {
    words += texts.stream().mapToLong(Words::count).sum();
    Part part = new Part(concatenated(tokenizer.tokenize(texts)), tokens);
    tokens += part.tokens().length;
    return part;
  }

  private void place(Part part, List<Window> ofPart) {
    for (Window window : ofPart) {
      windows.add(new PlacedWindow(part, window));
      scoredTokens += window.targets();
    }
  }

  private static int[] concatenated(List<int[]> sequences) {
    int[] all = new int[Math.toIntExact(sequences.stream().mapToLong(ids -> ids.length).sum())];
    int end = 0;
    for (int[] ids : sequences) {
      System.arraycopy(ids, 0, all, end, ids.length);
      end += ids.length;
    }
    return all;
  }

  /** Tokens in the longest window. */
  public int blockSize() {
    return blockSize;
  }

  /** Tokens between the starts of windows. */
  public int stride() {
    return Windows.stride(blockSize);
  }

  /** Number of windows. */
  public int windows() {
    return windows.size();
  }

  /** What the text holds. */
  public TextCounts counts() {
    return new TextCounts(tokens, scoredTokens, words);
  }

  /** A window's tokens, as the model is given them. */
  public Sequence sequence(int index) {
    Window window = windows.get(index).window();
    int[] ids =
        Arrays.copyOfRange(windows.get(index).part().tokens(), window.start(), window.end());
    return new Sequence(ids, window.firstTarget() - window.start(), true);
  }

  /** Index, among all tokens of the text, of a window's first token. */
  public long start(int index) {
    return windows.get(index).part().offset() + windows.get(index).window().start();
  }
}
